import { defineModule, HttpRoutes } from '@portico/core';
import { ItemSelectorViews } from './api/views.js';
import { SelectorRoutes } from './http/selector-routes.js';

export default defineModule(({ host, contribute }) => {
  host(ItemSelectorViews);
  contribute(HttpRoutes).to(SelectorRoutes);
});
