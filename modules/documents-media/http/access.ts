import { DocumentPermissions } from '../api/documents.js';

/** Who may call the module's routes. */
export const mayOpen = { permission: DocumentPermissions.open };
export const mayView = { permission: DocumentPermissions.view };
export const mayAdd = { permission: DocumentPermissions.add };
export const mayUpdate = { permission: DocumentPermissions.update };
export const mayDelete = { permission: DocumentPermissions.delete };
