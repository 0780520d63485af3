import { createImagesSandbox, dialectNames, type ImagesSandbox } from '@portico/ai-sandbox/api';
import { Settings } from '@portico/configuration/api';
import { AccessContexts, instanceScope } from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import { expect } from 'chai';
import { provenanceOf } from '../services/documents/provenance.js';
import { creatorSettings } from '../services/settings/settings.js';
import { type CreatorPortal, startCreatorPortal } from './creator-portal.js';

const settingsPage = '/configuration/instance-settings/ai-creator';
const keyMissing = 'An API key is missing';

/** What is seen of a service from here, written down apart from its profile. */
interface ServiceCase {
  readonly id: string;
  readonly name: string;
  readonly needsKey: boolean;
  readonly model: string;
  /** Requests for four images. */
  readonly requests: number;
  /** The size that is asked for 256x256. */
  readonly size: string;
  /** A name that it lists. */
  readonly lists: string;
}

const cases: readonly ServiceCase[] = [
  {
    id: 'openai',
    name: 'OpenAI',
    needsKey: true,
    model: 'gpt-image-2.6-flare',
    requests: 1,
    size: '1024x1024',
    lists: 'gpt-image-2.6-flare',
  },
  {
    id: 'azure-openai',
    name: 'Azure OpenAI',
    needsKey: true,
    model: 'portal-pictures',
    requests: 1,
    size: '1024x1024',
    lists: 'gpt-image-2-2026-04-21',
  },
  {
    id: 'localai',
    name: 'LocalAI',
    needsKey: false,
    model: 'stablediffusion',
    requests: 1,
    size: '512x512',
    lists: 'stablediffusion',
  },
  {
    id: 'ollama',
    name: 'Ollama',
    needsKey: false,
    model: 'x/z-image-turbo',
    requests: 4,
    size: '512x512',
    lists: 'x/z-image-turbo',
  },
  {
    id: 'stable-diffusion-cpp',
    name: 'stable-diffusion.cpp',
    needsKey: false,
    model: 'sd-cpp-local',
    requests: 1,
    size: '512x512',
    lists: 'sd-cpp-local',
  },
  {
    id: 'generic',
    name: 'OpenAI-compatible service',
    needsKey: false,
    model: 'portal-model',
    requests: 4,
    size: '1024x1024',
    lists: 'portal-model',
  },
];

/** Services whose models have no preferred name. */
const chosenModels: Readonly<Record<string, string>> = { 'azure-openai': 'portal-pictures', generic: 'portal-model' };

interface Place {
  readonly creator: CreatorPortal;
  readonly sandbox: ImagesSandbox;
}

async function placeOf({ id }: ServiceCase, key?: string): Promise<Place> {
  const sandbox = await createImagesSandbox({ dialect: dialectNames.find((name) => name === id) });
  const creator = await startCreatorPortal({ sandbox, ...(key !== undefined && { key }) });
  await choose(creator, { service: id, model: chosenModels[id] ?? '' });
  return { creator, sandbox };
}

async function choose({ portal }: CreatorPortal, values: Readonly<Record<'service' | 'model', string>>): Promise<void> {
  const { person } = portal.service(AccessContexts).system();
  if (!person) throw new Error('There is no system.');
  const patch = { service: { set: values.service }, model: { set: values.model } };
  await portal.service(Settings).of(creatorSettings).save(instanceScope, patch, person);
}

const stop = async ({ creator, sandbox }: Place): Promise<void> => {
  await creator.stop();
  await sandbox.close();
};

const htmlOf = async (visitor: CreatorPortal['visitor'], path: string): Promise<string> =>
  (await visitor.get(path).set('Accept', 'text/html')).text;

describe('an image service that is chosen', () => {
  it('is one of those that are installed, by the names that they give themselves', async () => {
    const creator = await startCreatorPortal();
    try {
      const page = await htmlOf(await creator.portal.signIn(), settingsPage);
      const select = /<select[^>]* name="service"[^>]*>(.*?)<\/select>/s.exec(page)?.[1] ?? '';
      const options = [...select.matchAll(/<option value="([^"]+)"( selected)?>([^<]+)</g)].map(([, value, on, label]) => [
        value,
        label,
        on !== undefined,
      ]);
      expect(options).to.deep.equal(cases.map(({ id, name }) => [id, name, id === 'openai']));
    } finally {
      await creator.stop();
    }
  });

  for (const each of cases) {
    it(`makes documents that remember it: ${each.id}`, async function () {
      this.timeout(30_000);
      const place = await placeOf(each, each.needsKey ? undefined : '');
      try {
        const { creator, sandbox } = place;
        const form = await htmlOf(creator.visitor, '/web/home/ai-creator/create');
        expect(form).to.contain('name="description"').and.to.not.contain(keyMissing);
        const { body, status } = await creator.create({ count: '3', size: '256x256' });
        expect(status, JSON.stringify(body)).to.equal(201);
        const generation = await creator.settled(body.id as string);
        expect([generation.state, generation.images.length], JSON.stringify(generation.problem)).to.deep.equal(['offered', 3]);
        expect(sandbox.generations).to.have.length(each.requests === 1 ? 1 : 3);
        expect(new Set(sandbox.generations.map(({ body: sent }) => (sent as { model: string }).model))).to.deep.equal(
          new Set([each.model]),
        );
        const added = await creator.addAll(generation);
        const [first] = added.body.documents as readonly { readonly id: string }[];
        const access = creator.portal.service(AccessContexts).system(creator.site);
        const document = await creator.portal.service(Documents).find(access, first?.id ?? '');
        const { width } = document;
        const provenance = provenanceOf(document);
        expect(provenance).to.include({ provider: each.id, model: each.model, size: '256x256' });
        expect([provenance?.parameters?.requested, width]).to.deep.equal([each.size, 256]);
      } finally {
        await stop(place);
      }
    });

    it(`is named by Test Connection and on its page: ${each.id}`, async () => {
      const place = await placeOf(each, each.needsKey ? undefined : '');
      try {
        const { portal } = place.creator;
        const administrator = await portal.signIn();
        for (const action of ['test-connection', 'test-image']) {
          const answer = await administrator
            .post(settingsPage)
            .set('Origin', portal.url)
            .set('X-Portico-Csrf', await portal.csrf(administrator))
            .set('Accept', 'application/json')
            .type('form')
            .send({ 'form.action': `ai-creator/${action}` });
          const { kind, findings } = answer.body as { kind: string; findings: { title: string; text: string }[] };
          expect(kind, JSON.stringify(findings)).to.equal('success');
          expect(findings[0]?.text).to.match(new RegExp(`^${each.name.replaceAll('.', '\\.')}, at 127\\.0\\.0\\.1:\\d+\\.$`));
        }
        await portal.post(administrator, '/ai-creator/service/refresh');
        const page = await htmlOf(administrator, '/ai-creator/service');
        expect(page).to.contain(`Images are made by ${each.name}, at 127.0.0.1:`).and.to.contain(each.lists);
        expect(page, 'nothing is said to be gone').to.not.contain('takes its place');
        expect(page).to.not.contain('dall-e');
      } finally {
        await stop(place);
      }
    });
  }

  it('asks for a key only when the service needs one', async () => {
    const [openai, , , ollama] = cases;
    if (!openai || !ollama) throw new Error('The cases changed.');
    const place = await placeOf(openai, '');
    try {
      const { creator } = place;
      const form = (): Promise<string> => htmlOf(creator.visitor, '/web/home/ai-creator/create');
      expect(await form()).to.contain(keyMissing);
      expect((await creator.create()).status).to.equal(409);
      await choose(creator, { service: 'ollama', model: '' });
      expect(await form(), 'at once, with no restart').to.not.contain(keyMissing);
      await choose(creator, { service: 'openai', model: '' });
      expect(await form()).to.contain(keyMissing);
    } finally {
      await stop(place);
    }
  });

  it('keeps what is known of the models of another one apart', async () => {
    const [openai] = cases;
    if (!openai) throw new Error('The cases changed.');
    const place = await placeOf(openai);
    try {
      const { portal } = place.creator;
      const administrator = await portal.signIn();
      await portal.post(administrator, '/ai-creator/service/refresh');
      await choose(place.creator, { service: 'localai', model: '' });
      const other = await htmlOf(administrator, '/ai-creator/service');
      expect(other).to.contain('Used now: <strong>stablediffusion').and.to.not.contain('gpt-image');
      await choose(place.creator, { service: 'openai', model: '' });
      const back = await htmlOf(administrator, '/ai-creator/service');
      expect(back).to.contain('gpt-image-2.6-sunburst').and.to.not.contain('Not on the list any more');
    } finally {
      await stop(place);
    }
  });

  it('can be chosen by the deployment, and only for the whole instance', async () => {
    const sandbox = await createImagesSandbox({ dialect: 'ollama' });
    const creator = await startCreatorPortal({
      sandbox,
      key: '',
      environment: { PORTICO_SETTING_AI_CREATOR_SERVICE: 'ollama' },
    });
    try {
      const { body } = await creator.create();
      const generation = await creator.settled(body.id as string);
      expect(generation.state).to.equal('offered');
      const administrator = await creator.portal.signIn();
      const instance = await htmlOf(administrator, settingsPage);
      expect(instance)
        .to.contain('Image Service')
        .and.to.match(/value="ollama" selected/);
      expect(await htmlOf(administrator, '/web/home/configuration/site-settings/ai-creator')).to.not.contain('>Image Service<');
    } finally {
      await creator.stop();
      await sandbox.close();
    }
  });

  it('has the whole deadline for each answer, when it makes one image at a time', async function () {
    this.timeout(40_000);
    const sandbox = await createImagesSandbox({ dialect: 'ollama', latency: 2500 });
    const creator = await startCreatorPortal({ sandbox, key: '', config: { answerMillis: 4500 } });
    try {
      await choose(creator, { service: 'ollama', model: '' });
      const { body } = await creator.create({ count: '3', size: '256x256' });
      const generation = await creator.settled(body.id as string);
      expect([generation.state, generation.images.length], JSON.stringify(generation.problem)).to.deep.equal(['offered', 3]);
    } finally {
      await creator.stop();
      await sandbox.close();
    }
  });

  it('says what is missing: an address, or the name of a model', async () => {
    const creator = await startCreatorPortal({ key: '', service: { baseUrl: undefined } });
    try {
      const administrator = await creator.portal.signIn();
      const page = (): Promise<string> => htmlOf(administrator, '/ai-creator/service');
      await choose(creator, { service: 'generic', model: '' });
      expect(await page())
        .to.contain('where the chosen image service is (OpenAI-compatible service)')
        .and.to.contain('belongs into PORTICO_OPENAI_BASE_URL')
        .and.to.contain('No model is chosen')
        .and.to.not.contain('Used now');
      const why = await creator.visitor.get('/web/home/ai-creator/why').set('Accept', 'text/html');
      expect(why.text).to.contain('No model is chosen');
      await choose(creator, { service: 'generic', model: 'portal-model' });
      expect(await page())
        .to.contain('Used now: <strong>portal-model')
        .and.to.not.contain('No model is chosen');
      const { body } = await creator.create();
      const generation = await creator.settled(body.id as string);
      expect([generation.state, generation.problem?.code]).to.deep.equal(['failed', 'endpoint-missing']);
      expect(creator.sandbox.requests).to.have.length(0);
      await choose(creator, { service: 'openai', model: '' });
      expect(await page())
        .to.contain('at api.openai.com')
        .and.to.not.contain('Nothing says where');
    } finally {
      await creator.stop();
    }
  });

  it('is tried as it stands in the form, before anything is saved', async () => {
    const [, , , ollama] = cases;
    if (!ollama) throw new Error('The cases changed.');
    const place = await placeOf(ollama, '');
    try {
      const { portal } = place.creator;
      const administrator = await portal.signIn();
      await choose(place.creator, { service: 'openai', model: '' });
      const answer = await administrator
        .post(settingsPage)
        .set('Origin', portal.url)
        .set('X-Portico-Csrf', await portal.csrf(administrator))
        .set('Accept', 'application/json')
        .type('form')
        .send({ 'form.action': 'ai-creator/test-connection', service: 'ollama' });
      expect(answer.body.findings[0].text).to.match(/^Ollama, at /);
      expect(answer.body.kind, JSON.stringify(answer.body)).to.equal('success');
    } finally {
      await stop(place);
    }
  });
});
