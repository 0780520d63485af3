import { SettingsRevision } from './settings-revision.js';
import { StoredSetting } from './stored-setting.js';

export { SettingsRevision, StoredSetting };

export default [StoredSetting, SettingsRevision];
