import { openDialog } from '../dialog.js';
import { PorticoDialog } from '../elements/dialog-element.js';
import { PorticoMenu } from '../elements/menu-element.js';
import { PorticoTabs } from '../elements/tabs-element.js';
import { PorticoToasts } from '../elements/toasts-element.js';
import { confirmForms } from './confirm.js';
import { watchDrawer, watchPanels } from './panels.js';
import { sendOnce } from './send-once.js';

customElements.define('portico-dialog', PorticoDialog);
customElements.define('portico-menu', PorticoMenu);
customElements.define('portico-tabs', PorticoTabs);
customElements.define('portico-toasts', PorticoToasts);

watchPanels();
watchDrawer();
confirmForms();
sendOnce();

document.addEventListener('click', (event) => {
  const link = (event.target as Element).closest<HTMLElement>('[data-dialog]');
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  const href = link.getAttribute('href') ?? link.dataset.dialogHref;
  if (!href) return;
  event.preventDefault();
  const { dialog: title = '', dialogScript: script, dialogSize: size, dialogEvents: events = '' } = link.dataset;
  openDialog({
    href,
    title: title || (link.textContent?.trim() ?? ''),
    ...(script ? { script } : {}),
    ...(size === 'sm' || size === 'lg' || size === 'full' ? { size } : {}),
    opener: link,
    events: events.split(' ').filter(Boolean),
    refreshes: true,
  });
});
