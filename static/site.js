// What a page has beyond its HTML: the switch between light and dark, a button that copies code, links to
// headings. Without this everything can be read.
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

  const anchor = (heading) => {
    const a = document.createElement('a');
    a.className = 'anchor';
    a.href = `#${encodeURIComponent(heading.id)}`;
    a.setAttribute('aria-label', `Link to ${heading.textContent.trim()}`);
    a.textContent = '#';
    heading.append(' ', a);
  };

  const enhance = () => {
    for (const pre of document.querySelectorAll('.prose pre')) pre.tabIndex = 0; // a wide one is scrolled by keys
    if (navigator.clipboard) for (const pre of document.querySelectorAll('.prose pre:not(.code > pre)')) copyButton(pre);
    for (const h of document.querySelectorAll('.prose :is(h2, h3, h4)[id]:not(:has(a))')) anchor(h);
  };
  enhance();
  document.addEventListener('platen:refreshed', enhance); // live.js has put the post in anew
})();
