// The reader's own choice of light or dark, before anything is painted. site.js has the switch.
(() => {
  const root = document.documentElement;
  root.classList.add('js');
  try {
    const theme = localStorage.getItem('theme');
    if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;
  } catch { /* no storage: the system's */ }
})();
