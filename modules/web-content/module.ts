import { DemoContents, defineModule, HttpRoutes, MenuItems, Permissions, PersonalData, SiteContents } from '@portico/core';
import { HomePageSections } from '@portico/sites/api';
import { ArticleRoutes } from './http/article-routes.js';
import { PictureRoutes } from './http/picture-routes.js';
import { PublishedArticleRoutes } from './http/published-article-routes.js';
import { ArticlePermissions } from './services/articles.js';
import { Drafts } from './services/drafts.js';
import { personalArticles, personalDrafts, SiteArticles } from './services/erasure.js';
import { DemoArticle, HomePageArticles } from './services/home-page-articles.js';
import { HtmlCleaner } from './services/html-cleaner.js';

export default defineModule(({ run, contribute }) => {
  run(HtmlCleaner);
  run(Drafts);

  contribute(Permissions).value(
    {
      id: ArticlePermissions.view,
      label: 'permission.view',
      scope: 'site',
      defaultRoles: ['Guest', 'Member', 'Author', 'Site Administrator'],
    },
    { id: 'view-articles' },
  );
  contribute(Permissions).value(
    { id: ArticlePermissions.edit, label: 'permission.edit', scope: 'site', defaultRoles: ['Author', 'Site Administrator'] },
    { id: 'edit-articles' },
  );
  contribute(MenuItems).value(
    { label: 'title', href: '~/web-content', icon: 'web-content' },
    { id: 'web-content', order: 20, when: { scope: 'site', permission: ArticlePermissions.edit } },
  );
  contribute(HttpRoutes).to(ArticleRoutes);
  contribute(HttpRoutes).to(PictureRoutes);
  contribute(HttpRoutes).to(PublishedArticleRoutes);
  contribute(HomePageSections).to(HomePageArticles, { id: 'articles', order: 10 });
  contribute(PersonalData).value(personalArticles, { id: 'articles' });
  contribute(PersonalData).value(personalDrafts, { id: 'drafts' });
  contribute(SiteContents).to(SiteArticles, { id: 'articles' });
  contribute(DemoContents).to(DemoArticle, { order: 40 });
});
