/* The page at "/": the assistant fills it, and gives it its name. */
(() => {
  'use strict';

  const chat = document.createElement('glossator-chat');
  chat.setAttribute('mode', 'inline');
  chat.addEventListener('ready', ({ detail: { title } }) => {
    document.title = title;
    document.querySelector('h1').textContent = title;
  });
  document.querySelector('main').append(chat);
})();
