// Pages that are open hear of news: a post whose text changed is shown anew, a listing says how many posts are
// new. The page itself is asked for what it would show now, so this knows nothing of lists and their rules.
// A page nobody looks at does not listen: browsers have six connections a site.
(() => {
  const { events } = document.currentScript.dataset;
  const main = document.querySelector('main');
  const inside = (root) => root.querySelector('main .e-content');
  const feed = main?.querySelector('.h-feed');
  const isPost = main && inside(document);
  if (!events || !window.EventSource || !(isPost || feed)) return;
  if (!isPost && (document.querySelector('[data-search]') || /\/page\/\d+\/$/.test(location.pathname))) return;

  const links = (root) => [...root.querySelectorAll('main .h-feed .u-url')].map((a) => a.getAttribute('href'));
  const known = new Set(links(document));
  let text = isPost?.innerHTML;
  // Read out when its words change, so it is there before.
  const notice = document.createElement('p');
  notice.className = 'live';
  notice.setAttribute('role', 'status');
  main.prepend(notice);

  const say = (words, link) => {
    const what = document.createElement(link ? 'a' : 'span');
    what.textContent = words;
    if (link) what.href = link;
    notice.replaceChildren(what);
  };

  const showPost = (page) => {
    const fresh = inside(page);
    const old = inside(document)?.closest('article');
    if (!fresh || !old || fresh.innerHTML === text) return;
    text = fresh.innerHTML;
    old.replaceWith(document.adoptNode(fresh.closest('article')));
    document.title = page.title;
    say('This post was just updated.');
    document.dispatchEvent(new CustomEvent('platen:refreshed'));
  };

  // New ones stand before one that was here already; what follows the last has come up from the next page.
  const showList = (page) => {
    const now = links(page);
    const end = now.findLastIndex((url) => known.has(url));
    const fresh = now.slice(0, end < 0 ? now.length : end).filter((url) => !known.has(url)).length;
    if (fresh > 0) say(fresh === 1 ? '1 new post' : `${fresh} new posts`, location.pathname);
    else notice.replaceChildren();
  };

  let timer = 0;
  const look = () => {
    clearTimeout(timer); // and not everybody in the same moment
    timer = setTimeout(async () => {
      try {
        const answer = await fetch(location.pathname, { cache: 'no-cache' });
        if (isPost && (answer.status === 410 || answer.status === 404)) say('This post was taken down.');
        if (!answer.ok) return;
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        if (isPost) showPost(page);
        else showList(page);
      } catch { /* offline: the next event tries again */ }
    }, 50 + Math.random() * 500);
  };

  const here = decodeURI(location.pathname);
  const heard = (e) => {
    last = e.lastEventId;
    if (!isPost || e.type === 'many') return look();
    try {
      if (decodeURI(JSON.parse(e.data).url) === here) look();
    } catch { /* not for us */ }
  };

  let source = null;
  let last = '';
  let again = 0;
  const since = Math.floor(Date.parse(document.lastModified) / 1000);
  const close = () => {
    clearTimeout(again);
    source?.close();
    source = null;
  };
  const open = () => {
    close();
    if (document.hidden) return;
    source = new EventSource(`${events}?${last ? `last=${last}` : `since=${since}`}`);
    for (const kind of ['published', 'updated', 'removed', 'many']) source.addEventListener(kind, heard);
    // It comes back by itself, unless it was refused.
    source.onerror = () => {
      if (source?.readyState === 2) again = setTimeout(open, 30000 + Math.random() * 30000);
    };
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  addEventListener('pagehide', close);
  addEventListener('pageshow', (e) => e.persisted && open());
  open();
})();
