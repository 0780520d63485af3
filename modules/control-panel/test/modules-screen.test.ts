import { instancePage, startSampleSettings, type TestClient, visibleText } from '@portico/configuration/testing';
import type { TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

const screen = '/configuration/modules';

describe('The Modules screen', () => {
  let portal: TestPortal;
  let admin: TestClient;
  before(async () => {
    portal = await startSampleSettings();
    admin = await portal.signIn();
  });
  after(() => portal.stop());

  const act = (id: string, action: string): Promise<number> =>
    portal.post(admin, `${screen}/${id}/${action}`).then(({ status }) => status);
  const state = (id: string): string | undefined => portal.modules.status(id)?.state;

  it('lists the modules with their state, and shows one with what it needs and adds', async () => {
    expect(visibleText((await admin.get(screen)).text)).to.match(
      /Sample sample A module with one field of each type\. 1\.0\.0 Active Stop Disable/,
    );
    const details = visibleText((await admin.get(`${screen}/sample`)).text);
    expect(details)
      .to.include('Id sample')
      .and.to.include('configuration.settings-definitions')
      .and.to.match(/portico\.menu-items ?: Watch the Lamp lamp/);
    expect((await admin.get(`${screen}/ghost`)).status).to.equal(404);
  });

  it('asks before it stops, naming what stops with it', async () => {
    const question = visibleText((await admin.get(`${screen}/sample/stop`)).text);
    const settings = visibleText((await admin.get(`${screen}/configuration/stop`)).text);
    expect(settings, 'by the names that people know').to.include('Stop Settings?').and.to.include('AI Creator ai-creator');
    expect(question).to.include('Stop Sample?').and.to.include('Nothing stored is lost.');
    expect(state('sample')).to.equal('active');
  });

  it('stops, starts, disables and enables', async () => {
    expect([await act('sample', 'stop'), state('sample'), (await admin.get(instancePage)).status]).to.deep.equal([
      303,
      'resolved',
      404,
    ]);
    expect([await act('sample', 'start'), state('sample'), (await admin.get(instancePage)).status]).to.deep.equal([
      303,
      'active',
      200,
    ]);
    expect([await act('sample', 'disable'), state('sample')]).to.deep.equal([303, 'disabled']);
    expect([await act('sample', 'enable'), state('sample')]).to.deep.equal([303, 'active']);
  });

  it('never takes itself or signing in away, and refuses what does not fit the state', async () => {
    expect([await act('control-panel', 'stop'), await act('control-panel', 'disable'), state('control-panel')]).to.deep.equal([
      409,
      409,
      'active',
    ]);
    expect([await act('sample', 'start'), await act('sample', 'explode')]).to.deep.equal([409, 400]);
  });

  it('stands without the settings, and so do the other screens of the module', async () => {
    expect([await act('configuration', 'stop'), state('configuration')]).to.deep.equal([303, 'resolved']);
    for (const page of ['modules', 'feature-flags', 'audit-log', 'diagnostics'])
      expect((await admin.get(`/configuration/${page}`)).status, page).to.equal(200);
    const away = await admin.get('/configuration/instance-settings').set('Accept', 'text/html');
    expect(away.status).to.equal(503);
    expect(away.text)
      .to.include('Settings is stopped')
      .and.to.include('An operator stopped Settings')
      .and.to.include('started again on the page Modules of the Control Panel')
      .and.not.to.include('One moment, please');
    const guest = await portal.agent().get('/configuration/instance-settings').set('Accept', 'text/html');
    expect(guest.text).to.include('ask your administrator').and.not.to.include('One moment, please');
    const json = await portal.agent().get('/configuration/instance-settings').set('Accept', 'application/json');
    expect(json.body.error.message).to.include('An operator stopped Settings');
    expect([await act('configuration', 'start'), (await admin.get(instancePage)).status]).to.deep.equal([303, 200]);
  });

  it('is the way back from an error: to the site where one was, else to the start page', async () => {
    const wayOut = async (path: string): Promise<string | undefined> =>
      /href="([^"]*)">Go to the start page/.exec((await admin.get(path).set('Accept', 'text/html').expect(404)).text)?.[1];
    expect(await Promise.all(['/web/home/web-content/nothing/here', '/web/nowhere/x', '/nothing'].map(wayOut))).to.deep.equal([
      '/web/home',
      '/',
      '/',
    ]);
  });
});
