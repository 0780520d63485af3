import { ArticleEntity } from './article.js';
import { DraftEntity } from './draft.js';

export { ArticleEntity, DraftEntity };
export default [ArticleEntity, DraftEntity];
