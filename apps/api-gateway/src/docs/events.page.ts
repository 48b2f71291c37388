/** Where the parts of the page are. */
export const EVENTS_PATH = '/docs/events';

/** The page at `/docs/events`: the document of sockets and Redis events, rendered in the browser. */
export const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Parley events</title>
    <link rel="stylesheet" href="${EVENTS_PATH}/component.css">
    <link rel="stylesheet" href="${EVENTS_PATH}/page.css">
    <script src="${EVENTS_PATH}/component.js" defer></script>
    <script src="${EVENTS_PATH}/page.js" defer></script>
  </head>
  <body>
    <nav><a href="/docs">REST</a> <a href="${EVENTS_PATH}" aria-current="page">Events</a></nav>
    <main id="events"><p class="wait">Reading the document …</p></main>
  </body>
</html>
`;

/** Renders the document; the labels say what a client does, not what the server does. */
export const SCRIPT = `AsyncApiStandalone.render(
  {
    schema: { url: '${EVENTS_PATH}/asyncapi.json' },
    config: {
      show: { sidebar: true, messages: false },
      expand: { messageExamples: true },
      replyLabel: 'says',
      sendLabel: 'hears',
    },
  },
  document.getElementById('events'),
);
`;

/** All events of a namespace have one address, so their names are made the headings; nothing is wider than a phone. */
export const STYLE = `body { margin: 0; font-family: system-ui, sans-serif; color: #1a202c; }
nav { display: flex; gap: 1.5rem; padding: .75rem 2rem; background: #1b1b1b; }
nav a { color: #ddd; text-decoration: none; }
nav a[aria-current] { color: #fff; font-weight: 600; }
.wait { padding: 2rem; }
.aui-root .prose { max-width: 75rem; }
.aui-root .prose table { display: block; overflow-x: auto; }
.aui-root .prose code { overflow-wrap: anywhere; }
.aui-root .prose code::before, .aui-root .prose code::after { content: none; }
.aui-root .panel-item--center:has(> div > h3) { display: flex; flex-direction: column; align-items: flex-start; }
.aui-root .panel-item--center:has(> div > h3) > * { max-width: 100%; }
.aui-root .panel-item--center > div:has(> h3) { order: -2; margin-bottom: 0; }
.aui-root div:has(> h3) ~ .bg-gray-100:has(> .text-sm > .bg-orange-600) { order: -1; padding: 0; border: 0; background: none; }
.aui-root div:has(> h3) ~ .bg-gray-100 > .text-sm { font-size: 0; }
.aui-root div:has(> h3) ~ .bg-gray-100 > .text-sm > .bg-orange-600 {
  margin: 0; padding: 0; background: none; color: #1a202c; font-size: 1.375rem; font-weight: 600; overflow-wrap: anywhere;
}
#servers div:has(> .font-mono) { display: flex; flex-wrap: wrap; gap: .25rem; }
#servers .font-mono { overflow-wrap: anywhere; }
@media (min-width: 1100px) {
  .aui-root .sidebar { display: block; width: 20rem; max-height: none; height: auto; }
  .aui-root .sidebar > div { position: sticky; top: 0; height: 100vh; }
  .aui-root .burger-menu { display: none; }
}
`;
