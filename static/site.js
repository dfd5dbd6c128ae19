// What a page has beyond its HTML: the switch between light and dark, a button that copies code.
(() => {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const dark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : system.matches);
  const button = document.querySelector('.switch');
  const show = () => button?.setAttribute('aria-pressed', String(dark()));
  button?.addEventListener('click', () => {
    root.dataset.theme = dark() ? 'light' : 'dark';
    try {
      localStorage.setItem('theme', root.dataset.theme);
    } catch { /* kept for this page only */ }
    show();
  });
  system.addEventListener('change', show);
  // Another window of this site chose.
  addEventListener('storage', (e) => {
    if (e.key !== 'theme') return;
    if (e.newValue === 'dark' || e.newValue === 'light') root.dataset.theme = e.newValue;
    else delete root.dataset.theme;
    show();
  });
  show();

  const copyButton = (pre) => {
    const box = document.createElement('div');
    box.className = 'code';
    const copy = document.createElement('button');
    copy.type = 'button';
    copy.className = 'copy';
    copy.textContent = 'Copy';
    copy.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(pre.textContent);
        copy.textContent = 'Copied';
      } catch {
        copy.textContent = 'Not allowed';
      }
      setTimeout(() => { copy.textContent = 'Copy'; }, 2000);
    });
    pre.replaceWith(box);
    box.append(pre, copy);
  };

  const enhance = () => {
    for (const pre of document.querySelectorAll('.prose pre')) pre.tabIndex = 0; // a wide one is scrolled by keys
    if (navigator.clipboard) for (const pre of document.querySelectorAll('.prose pre:not(.code > pre)')) copyButton(pre);
  };
  enhance();
  document.addEventListener('platen:refreshed', enhance); // live.js has put the post in anew
})();
