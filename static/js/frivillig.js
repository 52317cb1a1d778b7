/* Starts Det Fælles Designsystem and the few enhancements of our own.
   Everything works without this file; it only makes some things quicker. */
(function () {
  "use strict";

  function drawer() {
    var element = document.querySelector(".mobile-drawer");
    if (element) {
      element.setAttribute("role", "dialog");
      element.setAttribute("aria-modal", "true");
    }
    var nav = document.querySelector(".navigation-menu .nav[data-more]");
    var more = document.querySelector(".navigation-menu .more-button span");
    if (nav && more) { more.textContent = nav.dataset.more; }
  }

  /* A calendar beside a date box: the browser's own picker, on a hidden twin of the box. */
  function calendar(box) {
    if (!("showPicker" in HTMLInputElement.prototype) || box.dataset.ready) { return; }
    box.dataset.ready = "true";
    var row = document.createElement("div");
    row.className = "date-row";
    box.replaceWith(row);
    var twin = document.createElement("input");
    twin.type = "date";
    twin.tabIndex = -1;
    twin.className = "date-twin";
    twin.setAttribute("aria-hidden", "true");
    var button = document.createElement("button");
    button.type = "button";
    button.className = "button button-tertiary date-button";
    button.append(icon("calendar-month"));
    var name = document.createElement("span");
    name.className = "sr-only";
    name.textContent = box.dataset.calendar;
    button.append(name);
    row.append(box, button, twin);
    button.addEventListener("click", function () {
      twin.value = box.value.split(/[^0-9]+/).reverse().join("-");
      twin.showPicker();
    });
    twin.addEventListener("change", function () {
      if (!twin.value) { return; }
      box.value = twin.value.split("-").reverse().join(box.dataset.separator || ".");
      box.dispatchEvent(new Event("change", { bubbles: true }));
      box.focus();
    });
  }

  function icon(name) {
    var sprite = document.querySelector(".icon-svg use").getAttribute("href").split("#")[0];
    var svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon-svg");
    svg.setAttribute("focusable", "false");
    svg.setAttribute("aria-hidden", "true");
    var use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", sprite + "#" + name);
    svg.append(use);
    return svg;
  }

  /* A second press on a button while the first is under way does nothing. */
  function once(event) {
    var form = event.target;
    if (form.method !== "post") { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "true";
  }

  function enhance(scope) {
    scope.querySelectorAll("input[data-calendar]").forEach(calendar);
  }

  document.addEventListener("DOMContentLoaded", function () {
    DKFDS.init();
    drawer();
    enhance(document);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });
  document.addEventListener("submit", once);
  /* A lookup field asks its address with the words, its name and its id, and nothing else. */
  document.addEventListener("htmx:configRequest", function (event) {
    var box = event.detail.elt;
    if (!box.dataset.lookup) { return; }
    event.detail.parameters = { q: box.value, name: box.dataset.lookup, id: box.id.replace(/_q$/, "") };
  });
  document.addEventListener("htmx:afterSwap", function (event) { enhance(event.detail.target); });
})();
