// Brings the fitting room when the shopper reaches for its button. Nothing else loads before.
(function () {
  var tag = "genlook-try-on";
  // Without these the link leads to a page that does the same.
  if (!window.customElements || !window.HTMLDialogElement) return;

  function load(host) {
    return (host.loading = host.loading || import(host.dataset.src).then(function (module) {
      if (!customElements.get(tag)) customElements.define(tag, module.FittingRoom);
    }).catch(function (error) {
      host.loading = null;
      throw error;
    }));
  }

  function reached(event) {
    var link = event.target.closest && event.target.closest(tag + ">a");
    return link && link.parentNode;
  }

  ["pointerover", "focusin", "touchstart"].forEach(function (type) {
    document.addEventListener(type, function (event) {
      var host = reached(event);
      if (host) load(host).then(function () { host.prepare(); }).catch(function () {});
    }, { passive: true });
  });

  document.addEventListener("click", function (event) {
    var host = reached(event);
    if (!host || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    load(host).then(function () { return host.open(); }).catch(function () {
      location = host.querySelector("a").href;
    });
  });

  // A try-on begun here, before the page was left, is followed on, so that its end can be told.
  try {
    var kept = JSON.parse(sessionStorage.genlook);
    if (kept.live) load(document.querySelector(tag + "[data-product='" + kept.room + "']"));
  } catch (error) {}
})();
