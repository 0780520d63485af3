import { CreateArticles1763800000000 } from './create-articles.js';

export default [CreateArticles1763800000000];
