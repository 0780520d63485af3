import { defineModule, HttpRoutes } from '@portico/core';
import { ItemSelectorViews } from './api/views.js';
import { SelectorRoutes } from './http/selector-routes.js';
import { SelectorTabs } from './services/selector-tabs.js';

export default defineModule(({ use, host, contribute }) => {
  use(SelectorTabs);
  host(ItemSelectorViews);
  contribute(HttpRoutes).to(SelectorRoutes);
});
