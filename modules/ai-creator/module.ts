import { PaidFeatures, UsagePages } from '@portico/ai-usage/api';
import { ChoiceProviders, SettingsActions, SettingsDefinitions, SettingsNotices, SettingsUses } from '@portico/configuration/api';
import {
  AuditAreas,
  Commands,
  DemoContents,
  defineModule,
  FirstSteps,
  HttpRoutes,
  IntegrityChecks,
  MenuItems,
  PageAdditions,
  Permissions,
  PersonalData,
  SiteContents,
} from '@portico/core';
import { DocumentActions, DocumentChoices, DocumentMetadataKinds, NewMenuItems } from '@portico/documents-media/api';
import { ImagesAdd, ImagesCancel, ImagesList, ImagesShow, WhyNoButton } from './commands/images-commands.js';
import { ImagesCreate } from './commands/images-create.js';
import { ApiRoutes } from './http/api/api-routes.js';
import { CreateRoutes } from './http/create-routes.js';
import { ErrorCatalogRoutes } from './http/error-catalog-routes.js';
import { SimilarRoutes } from './http/form-sources.js';
import { GenerationRoutes, NoticeRoutes } from './http/generation-routes.js';
import { ImageRoutes, PreviewRoutes } from './http/image-routes.js';
import { manageInstance } from './http/permissions.js';
import { ServiceRoutes } from './http/service-routes.js';
import { WhyRoutes } from './http/why-routes.js';
import { CreatorAuditArea } from './services/audit.js';
import {
  createAiImage,
  createImages,
  creatorFlag,
  ImagesStep,
  requiredPermissions,
} from './services/availability/availability.js';
import { ImageCaptions } from './services/captions/image-captions.js';
import { TestConnection } from './services/connection-test/test-connection.js';
import { TestImage } from './services/connection-test/test-image.js';
import { ProvenanceMetadata } from './services/documents/provenance-metadata.js';
import { CircuitBreaker } from './services/failures/circuit-breaker.js';
import { InvalidResponses } from './services/failures/invalid-responses.js';
import { RateLimitBackoff } from './services/failures/rate-limit-backoff.js';
import { PersonalGenerations, SiteGenerations } from './services/generations/erasure.js';
import { Expiry } from './services/generations/expiry.js';
import { GenerationNotices } from './services/generations/generation-notices.js';
import { GenerationWorker } from './services/generations/generation-worker.js';
import { ImagesCheck } from './services/generations/image-intake.js';
import { OpenOrdersUse, OpenStreamsUse } from './services/generations/limit-uses.js';
import { OpenGenerations } from './services/generations/open-generations.js';
import { ProgressStreams } from './services/generations/progress-streams.js';
import { createMenuItem } from './services/menus/create-menu-item.js';
import { createAgain, RecentMenuItem, VaryImage } from './services/menus/document-actions.js';
import { ModelMonitor } from './services/models/model-monitor.js';
import { ImagesFeature, ModelNotices } from './services/notices/model-notices.js';
import { ModelChoices, ServiceChoices } from './services/provider/chosen-provider.js';
import { DemoSettings } from './services/provider/provider-key.js';
import { creatorSettings } from './services/settings/settings.js';

export default defineModule(({ contribute, run, flag }) => {
  flag(createAiImage);
  run(CircuitBreaker);
  run(InvalidResponses);
  run(ModelMonitor);
  run(RateLimitBackoff);
  run(GenerationWorker);
  run(Expiry);
  run(ProgressStreams);
  run(OpenGenerations);

  contribute(SettingsDefinitions).value(creatorSettings, { id: 'ai-creator', order: 10, when: { flag: creatorFlag } });
  contribute(ChoiceProviders).to(ServiceChoices, { id: 'image-services' });
  contribute(ChoiceProviders).to(ModelChoices, { id: 'image-models' });
  contribute(SettingsActions).to(TestConnection, { id: 'test-connection', order: 10, when: { flag: creatorFlag } });
  contribute(SettingsActions).to(TestImage, { id: 'test-image', order: 20, when: { flag: creatorFlag } });
  contribute(AuditAreas).to(CreatorAuditArea, { id: 'ai-creator', order: 70 });
  contribute(Permissions).value(
    { id: createImages, label: 'permission.create-images', scope: 'site', defaultRoles: ['Author', 'Site Administrator'] },
    { id: 'create-images' },
  );
  const mayCreate = { flag: creatorFlag, setting: 'ai-creator.enabled', permission: requiredPermissions };
  contribute(MenuItems).to(RecentMenuItem, { id: 'recent-generations', order: 20, when: mayCreate });
  contribute(FirstSteps).to(ImagesStep, { id: 'images', order: 50, when: { flag: creatorFlag, permission: manageInstance } });
  contribute(PageAdditions).to(GenerationNotices, { id: 'generation-notices', when: mayCreate });
  const mayAdd = { ...mayCreate, given: 'uploads' } as const;
  contribute(NewMenuItems).value(createMenuItem, { id: 'create-ai-image', order: 900, when: mayAdd });
  contribute(DocumentActions).value(createAgain, { id: 'create-again', when: mayAdd });
  contribute(DocumentActions).to(VaryImage, { id: 'vary-image', when: mayAdd });

  contribute(DocumentMetadataKinds).to(ProvenanceMetadata, { id: 'provenance' });
  contribute(DocumentChoices).to(ProvenanceMetadata, { id: 'provenance' });
  contribute(DocumentChoices).to(ImageCaptions, { id: 'captions', when: { flag: creatorFlag } });

  contribute(HttpRoutes).to(CreateRoutes);
  contribute(HttpRoutes).to(GenerationRoutes);
  contribute(HttpRoutes).to(NoticeRoutes);
  contribute(HttpRoutes).to(ImageRoutes);
  contribute(HttpRoutes).to(PreviewRoutes);
  contribute(HttpRoutes).to(WhyRoutes);
  contribute(HttpRoutes).to(SimilarRoutes);
  contribute(HttpRoutes).to(ApiRoutes);

  contribute(HttpRoutes).to(ServiceRoutes, { when: { flag: creatorFlag } });
  contribute(HttpRoutes).to(ErrorCatalogRoutes, { when: { flag: creatorFlag } });
  contribute(PaidFeatures).to(ImagesFeature, { id: 'images', when: { flag: creatorFlag } });
  contribute(UsagePages).value(
    { label: 'service.title', href: '/ai-creator/service' },
    { id: 'service', order: 40, when: { flag: creatorFlag, permission: manageInstance } },
  );
  contribute(UsagePages).value(
    { label: 'errors.title', href: '/ai-creator/errors' },
    { id: 'errors', order: 50, when: { flag: creatorFlag, permission: manageInstance } },
  );
  contribute(SettingsNotices).to(InvalidResponses, { id: 'answers', when: { flag: creatorFlag } });
  contribute(SettingsUses).to(OpenOrdersUse, { id: 'open-orders' });
  contribute(SettingsUses).to(OpenStreamsUse, { id: 'open-streams' });
  contribute(SettingsNotices).to(ModelNotices, { id: 'models', when: { flag: creatorFlag } });
  contribute(IntegrityChecks).to(ModelNotices);

  contribute(PersonalData).to(PersonalGenerations, { id: 'generations' });
  contribute(SiteContents).to(SiteGenerations, { id: 'generations' });

  contribute(Commands).to(ImagesCreate);
  contribute(Commands).to(ImagesList);
  contribute(Commands).to(ImagesShow);
  contribute(Commands).to(ImagesAdd);
  contribute(Commands).to(ImagesCancel);
  contribute(Commands).to(WhyNoButton);
  contribute(IntegrityChecks).to(ImagesCheck);
  contribute(DemoContents).to(DemoSettings, { order: 30 });
});
