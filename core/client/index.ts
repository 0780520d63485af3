export { addressFrom } from '../util/text.js';
export { alertBox } from './boxes.js';
export { closeDialog, type DialogElement, type DialogOptions, openDialog } from './dialog.js';
export { icon } from './icon.js';
export { personKey } from './person.js';
export { csrfToken, PortalFault, type PortalRequest, portalFetch, portalHeaders, readFault } from './portal-fetch.js';
export { signInAddress, signInLink } from './sign-in.js';
export { type ToastKind, type ToastLink, toast, toastNext } from './toast.js';
export { type CompiledMessage, formatMessage, type Translate, translator } from './translator.js';
