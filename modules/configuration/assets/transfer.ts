/** A file is read into the text, where it can be looked at before it is sent. */
const field = document.querySelector<HTMLElement>('[data-transfer-file]');
const file = field?.querySelector('input');
const content = document.querySelector<HTMLTextAreaElement>('#transfer-content');
field?.classList.remove('d-none');
file?.addEventListener('change', async () => {
  const [chosen] = file.files ?? [];
  if (chosen && content) content.value = await chosen.text();
});
