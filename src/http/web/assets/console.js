'use strict';
// Comfort only: every page works without. Nothing here decides anything.
(() => {
  const summary = document.getElementById('problem');
  if (summary) summary.focus();

  // What was typed and not sent is asked about before the page goes.
  let changed = false;
  addEventListener('input', event => {
    const form = event.target.form;
    if (form && form.dataset.again === undefined && event.target.type !== 'password') changed = true;
  });
  addEventListener('beforeunload', event => { if (changed) event.preventDefault(); });

  // A second click sends nothing.
  addEventListener('submit', event => {
    changed = false;
    const form = event.target;
    if (form.dataset.again !== undefined) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = 'yes';
  });
  // A page that comes back by the Back button may be sent again.
  addEventListener('pageshow', () => document.querySelectorAll('form').forEach(form => delete form.dataset.sent));

  // Keys for the buttons that are pressed most.
  addEventListener('keydown', event => {
    const key = event.altKey && event.key === 'ArrowDown' ? 'add' : event.ctrlKey && event.key === 'Enter' ? 'send' : '';
    const button = key && document.querySelector(`[data-key=${key}]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  // Single keys outside fields, which each browser can turn off (WCAG 2.1.4).
  const areOff = () => localStorage.getItem('keys') === 'off';
  addEventListener('keydown', event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || areOff()) return;
    if (event.target.closest('input, select, textarea')) return;
    const rows = [...document.querySelectorAll('main tbody tr')].map(row => row.querySelector('a')).filter(link => link);
    const at = rows.indexOf(document.activeElement);
    const search = document.getElementById('q');
    const go = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (event.key === 'j' && rows.length) rows[Math.min(at + 1, rows.length - 1)].focus();
    else if (event.key === 'k' && rows.length) rows[Math.max(at - 1, 0)].focus();
    else if (event.key === 'o' && at >= 0) rows[at].click();
    else if (event.key === '/' && search) search.focus();
    else if (go) go.click();
    else return;
    event.preventDefault();
  });
  document.querySelectorAll('[data-keys]').forEach(button => {
    const say = () => { button.textContent = areOff() ? button.dataset.on : button.dataset.off; };
    button.hidden = false;
    say();
    button.addEventListener('click', () => { localStorage.setItem('keys', areOff() ? 'on' : 'off'); say(); });
  });

  // Scans without loading the page anew. What was known before goes first; without an answer in time nothing is known.
  document.querySelectorAll('[data-scan]').forEach(form => {
    const [box, answer] = [form.elements.id, document.getElementById('answer')];
    let latest = 0;
    form.addEventListener('submit', async event => {
      event.preventDefault();
      const [id, turn] = [box.value, ++latest];
      answer.replaceChildren();
      box.value = '';
      box.focus();
      const address = `${form.getAttribute('action')}?id=${encodeURIComponent(id)}`;
      const none = () => {
        const [name, said] = [document.createElement('p'), document.createElement('p')];
        [name.textContent, said.textContent, said.className] = [id, form.dataset.scan, 'huge'];
        return [name, said];
      };
      let parts;
      try {
        const response = await fetch(address, { signal: AbortSignal.timeout(2000) });
        const page = new DOMParser().parseFromString(await response.text(), 'text/html');
        const found = page.getElementById('answer');
        if (!found) { location.assign(address); return; }
        parts = found.childElementCount ? [...found.childNodes] : [page.getElementById('problem') || none()[1]];
      } catch { parts = none(); }
      if (turn === latest) answer.replaceChildren(...parts);
    });
  });

  document.querySelectorAll('[data-copy]').forEach(button => {
    const target = document.getElementById(button.dataset.copy);
    if (!target || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(target.innerText.trim());
      button.querySelector('[role=status]').textContent = button.dataset.done;
    });
  });
})();
