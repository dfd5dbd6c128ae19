// Search while typing: the same page that the form leads to is fetched, and its results are put here.
(() => {
  const form = document.querySelector('form[data-search]');
  const found = document.getElementById('found');
  if (!form || !found) return;
  const field = form.elements.q;
  let asked = field.value.trim();
  let timer = 0;
  let running = null;
  const look = async () => {
    const q = field.value.trim();
    if (q === asked) return;
    asked = q;
    running?.abort();
    running = new AbortController();
    const url = new URL(form.action);
    if (q) url.searchParams.set('q', q);
    try {
      const answer = await fetch(url, { signal: running.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.getElementById('found');
      if (!fresh || q !== asked) return;
      // The line that says how many stays the same element: it is read out when its text changes.
      const say = found.querySelector('[role=status]');
      const said = fresh.querySelector('[role=status]');
      if (say && said) {
        say.replaceChildren(...said.childNodes);
        said.remove();
        found.replaceChildren(say, ...fresh.childNodes);
      } else {
        found.replaceChildren(...fresh.childNodes);
      }
      document.title = page.title;
      history.replaceState(null, '', url);
    } catch (e) {
      if (e.name !== 'AbortError') asked = null; // offline: the next key tries again, the button always works
    }
  };
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(look, 120);
  });
})();
