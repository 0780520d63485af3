/** Typing an own value says that it is meant: the source follows, so that nothing typed is lost to "Inherit". */
for (const mode of document.querySelectorAll<HTMLSelectElement>('select[data-setting-mode]')) {
  const control = document.getElementById(mode.dataset.settingMode ?? '');
  control?.addEventListener('input', () => {
    mode.value = 'own';
  });
}
