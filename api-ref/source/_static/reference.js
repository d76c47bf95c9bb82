// SPDX-License-Identifier: Apache-2.0
// Folds the details of each operation. Without this file all are shown.

const details = [...document.querySelectorAll('.api-detail')];
const everything = document.getElementById('expand-all');

function show(section, shown) {
  section.hidden = !shown;
  const button = document.getElementById(`${section.id}-btn`);
  if (button) {
    button.textContent = shown ? 'hide' : 'detail';
    button.setAttribute('aria-expanded', shown);
  }
}

function showTarget() {
  const target = document.getElementById(location.hash.slice(1));
  const section = target && (
    target.closest('.api-detail') || target.querySelector('.api-detail')
    || document.getElementById(`${target.id}-detail`));
  if (section) {
    show(section, true);
    target.scrollIntoView();
  }
}

for (const section of details) {
  show(section, false);
  const button = document.getElementById(`${section.id}-btn`);
  button?.addEventListener('click', () => show(section, section.hidden));
}

everything?.addEventListener('click', () => {
  const shown = details.some((section) => section.hidden);
  details.forEach((section) => show(section, shown));
  everything.textContent = shown ? 'Hide All' : 'Show All';
});

window.addEventListener('hashchange', showTarget);
showTarget();
