// Sends browsers below Chromium 100 / Safari 16.4 to a page that says which ones work. Written in ES5 so that they can read it.
(function () {
  var fit =
    'noModule' in document.createElement('script') &&
    typeof window.structuredClone === 'function' &&
    typeof Array.prototype.findLast === 'function' &&
    typeof window.OffscreenCanvas === 'function' &&
    'locks' in navigator &&
    typeof window.BroadcastChannel === 'function' &&
    'indexedDB' in window &&
    !!(window.crypto && window.crypto.subtle);
  if (!fit) location.replace('/old.html');
})();
