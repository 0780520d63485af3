import { SettingsImport } from './settings-import.js';
import { SettingsRevision } from './settings-revision.js';
import { StoredSetting } from './stored-setting.js';

export { SettingsImport, SettingsRevision, StoredSetting };

export default [StoredSetting, SettingsRevision, SettingsImport];
