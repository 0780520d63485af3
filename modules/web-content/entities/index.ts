import { ArticleEntity } from './article.js';

export { ArticleEntity };
export default [ArticleEntity];
