import { SettingsActions, SettingsDefinitions, SettingsNotices } from '@portico/configuration/api';
import {
  Commands,
  DemoContents,
  defineModule,
  HttpRoutes,
  IntegrityChecks,
  MenuItems,
  PageAdditions,
  Permissions,
} from '@portico/core';
import { GeneratedCaptions, NewMenuItems } from '@portico/documents-media/api';
import { ImageProvider } from './api/index.js';
import { BudgetLines, BudgetsAdd, BudgetsChange, BudgetsList, BudgetsRemove } from './commands/budget-commands.js';
import { GenerationWords, ImagesAdd, ImagesCancel, ImagesList, ImagesShow } from './commands/images-commands.js';
import { ImagesCreate } from './commands/images-create.js';
import { Operator } from './commands/operator.js';
import { PricesList, PricesRemove, PricesSet } from './commands/price-commands.js';
import { SiteAccess } from './commands/site-access.js';
import { UsageCommand } from './commands/usage-command.js';
import { WhyNoButton } from './commands/why-no-button.js';
import { manageInstance, manageSite } from './http/admin-tabs.js';
import { ApiRoutes } from './http/api/api-routes.js';
import { AtlasRoutes } from './http/atlas-routes.js';
import { BudgetRoutes } from './http/budget-routes.js';
import { CreateRoutes } from './http/create-routes.js';
import { FormSources } from './http/form-sources.js';
import { GenerationRoutes } from './http/generation-routes.js';
import { ImageRoutes } from './http/image-routes.js';

import { NoticeRoutes } from './http/notice-routes.js';
import { PreviewRoutes } from './http/preview-routes.js';

import { PriceRoutes } from './http/price-routes.js';
import { ServiceRoutes } from './http/service-routes.js';
import { SimilarRoutes } from './http/similar-routes.js';
import { UsagePages } from './http/usage-pages.js';
import { InstanceUsageRoutes, SiteUsageRoutes } from './http/usage-routes.js';
import { WhyRoutes } from './http/why-routes.js';
import { InstanceUsageItem, SiteUsageItem } from './services/admin-menu-items.js';
import { Availability, createImages, creatorFlag, requiredPermissions } from './services/availability.js';
import { BudgetEntry } from './services/budget-entry.js';
import { BudgetHistory } from './services/budget-history.js';
import { BudgetWords } from './services/budget-words.js';
import { Budgets } from './services/budgets.js';
import { CircuitBreaker } from './services/circuit-breaker.js';
import { CreateMenuItem } from './services/create-menu-item.js';
import { CreatorConfig } from './services/creator-config.js';
import { DemoSettings } from './services/demo-settings.js';
import { Expiry } from './services/expiry.js';
import { Explanations } from './services/explanations.js';
import { FailureReport } from './services/failure-report.js';
import { FailureWords } from './services/failure-words.js';
import { GenerationCost } from './services/generation-cost.js';
import { GenerationNotices } from './services/generation-notices.js';
import { GenerationStore } from './services/generation-store.js';
import { GenerationSweep } from './services/generation-sweep.js';
import { GenerationWorker } from './services/generation-worker.js';
import { Generations } from './services/generations.js';
import { ImageAdding } from './services/image-adding.js';
import { ImageCaptions } from './services/image-captions.js';
import { ImageIntake } from './services/image-intake.js';
import { ImageMaker } from './services/image-maker.js';
import { ImagesCheck } from './services/images-check.js';
import { KeyPauses } from './services/key-pauses.js';
import { MakingSteps } from './services/making-steps.js';
import { ModelAudit } from './services/model-audit.js';
import { ModelKnowledge } from './services/model-knowledge.js';
import { ModelNotices } from './services/model-notices.js';
import { ModelWatch } from './services/model-watch.js';
import { OpenGenerations } from './services/open-generations.js';
import { ChosenService } from './services/openai/chosen-service.js';
import { OpenAiImageProvider } from './services/openai/openai-image-provider.js';
import { TypedProvider } from './services/openai/typed-provider.js';
import { Previews } from './services/previews.js';
import { PriceEntry } from './services/price-entry.js';
import { Prices } from './services/prices.js';
import { ProgressStreams } from './services/progress-streams.js';
import { RecentMenuItem } from './services/recent-menu-item.js';
import { Retries } from './services/retries.js';
import { creatorSettings } from './services/settings.js';
import { SettingsLink } from './services/settings-link.js';
import { SpendingNotice } from './services/spending-notice.js';
import { TestConnection } from './services/test-connection.js';
import { TestImage } from './services/test-image.js';
import { UsageLedger } from './services/usage-ledger.js';
import { UsageReport } from './services/usage-report.js';
import { VariationSources } from './services/variation-sources.js';

export default defineModule(({ use, provide, contribute, run }) => {
  use(CreatorConfig, ChosenService, TypedProvider, ModelKnowledge, Availability, SettingsLink, MakingSteps, Explanations);
  use(VariationSources, FormSources);
  use(Retries, FailureWords, FailureReport, GenerationSweep);
  use(
    GenerationStore,
    ImageMaker,
    ImageIntake,
    Generations,
    ImageAdding,
    SiteAccess,
    GenerationWords,
    GenerationCost,
    ImageCaptions,
    Previews,
  );
  use(UsageLedger, UsageReport, BudgetWords, BudgetEntry, BudgetHistory, PriceEntry, SpendingNotice, UsagePages);
  use(Operator, BudgetLines, GenerationNotices, ModelAudit, ModelNotices);

  provide(ImageProvider).to(OpenAiImageProvider);
  run(Budgets);
  run(Prices);
  run(CircuitBreaker);
  run(ModelWatch);
  run(KeyPauses);
  run(GenerationWorker);
  run(Expiry);
  run(ProgressStreams);
  run(OpenGenerations);

  contribute(SettingsDefinitions).value(creatorSettings, { id: 'ai-creator', order: 10, when: { flag: creatorFlag } });
  contribute(SettingsActions).to(TestConnection, { id: 'test-connection', order: 10, when: { flag: creatorFlag } });
  contribute(SettingsActions).to(TestImage, { id: 'test-image', order: 20, when: { flag: creatorFlag } });
  contribute(Permissions).value(
    { id: createImages, label: 'permission.create-images', scope: 'site', defaultRoles: ['Author', 'Site Administrator'] },
    { id: 'create-images' },
  );
  const mayCreate = { flag: creatorFlag, setting: 'ai-creator.enabled', permission: requiredPermissions };
  contribute(MenuItems).to(RecentMenuItem, { id: 'recent-generations', order: 20, when: mayCreate });
  contribute(PageAdditions).to(GenerationNotices, { id: 'generation-notices', when: mayCreate });
  contribute(NewMenuItems).to(CreateMenuItem, {
    id: 'create-ai-image',
    order: 900,
    when: { ...mayCreate, given: 'uploads' },
  });

  contribute(GeneratedCaptions).to(ImageCaptions, { id: 'ai-images', when: { flag: creatorFlag } });

  contribute(HttpRoutes).to(CreateRoutes);
  contribute(HttpRoutes).to(GenerationRoutes);
  contribute(HttpRoutes).to(NoticeRoutes);
  contribute(HttpRoutes).to(ImageRoutes);
  contribute(HttpRoutes).to(PreviewRoutes);
  contribute(HttpRoutes).to(WhyRoutes);
  contribute(HttpRoutes).to(SimilarRoutes);
  contribute(HttpRoutes).to(ApiRoutes);

  for (const routes of [InstanceUsageRoutes, SiteUsageRoutes, PriceRoutes, BudgetRoutes, ServiceRoutes, AtlasRoutes])
    contribute(HttpRoutes).to(routes);
  contribute(MenuItems).to(InstanceUsageItem, {
    id: 'ai-usage',
    order: 30,
    when: { flag: creatorFlag, permission: manageInstance },
  });
  contribute(MenuItems).to(SiteUsageItem, {
    id: 'ai-site-usage',
    order: 30,
    when: { flag: creatorFlag, scope: 'site', permission: manageSite },
  });
  contribute(SettingsNotices).to(ModelNotices, { id: 'models', when: { flag: creatorFlag } });
  contribute(IntegrityChecks).to(ModelNotices);

  contribute(Commands).to(ImagesCreate);
  contribute(Commands).to(ImagesList);
  contribute(Commands).to(ImagesShow);
  contribute(Commands).to(ImagesAdd);
  contribute(Commands).to(ImagesCancel);
  contribute(Commands).to(WhyNoButton);
  for (const command of [
    BudgetsList,
    BudgetsAdd,
    BudgetsChange,
    BudgetsRemove,
    PricesList,
    PricesSet,
    PricesRemove,
    UsageCommand,
  ])
    contribute(Commands).to(command);
  contribute(IntegrityChecks).to(ImagesCheck);
  contribute(DemoContents).to(DemoSettings, { order: 30 });
});
