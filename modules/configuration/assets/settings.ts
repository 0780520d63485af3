/** Changing a value says that it is meant: the source follows, so that nothing typed or ticked is lost to "Inherit". */
for (const mode of document.querySelectorAll<HTMLSelectElement>('select[data-setting-mode]')) {
  const control = document.getElementById(mode.dataset.settingMode ?? '');
  control?.addEventListener('input', () => {
    mode.value = 'own';
  });
  mode.addEventListener('change', () => {
    if (control instanceof HTMLInputElement && control.type === 'checkbox' && mode.value === 'inherit')
      control.checked = mode.dataset.settingInherited === 'on';
  });
}
