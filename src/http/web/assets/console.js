'use strict';
// Comfort only: every page works without. Nothing here decides anything.
(() => {
  const summary = document.getElementById('problem');
  if (summary) summary.focus();

  // What was typed and not sent is asked about before the page goes.
  let changed = false;
  addEventListener('input', event => { if (event.target.form && event.target.type !== 'password') changed = true; });
  addEventListener('beforeunload', event => { if (changed) event.preventDefault(); });

  // A second click sends nothing.
  addEventListener('submit', event => {
    changed = false;
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = 'yes';
  });
  // A page that comes back by the Back button may be sent again.
  addEventListener('pageshow', () => document.querySelectorAll('form').forEach(form => delete form.dataset.sent));

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
