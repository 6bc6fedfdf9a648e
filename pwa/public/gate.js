// Sends a page on a plain http:// address, and browsers below Chromium 100 / Safari 16.4, to pages that say what to do. Written in ES5 so that they can read it.
(function () {
  // Said outright by every browser that has it; without encryption half of what is asked below is missing in a good browser too.
  if (window.isSecureContext === false) {
    location.replace('/plain.html');
    return;
  }
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
