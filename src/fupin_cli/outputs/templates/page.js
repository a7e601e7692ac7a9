(function () {
  "use strict";
  function openTo() {
    var place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var up = place;
    while (up) {
      if (up.tagName === "DETAILS") { up.setAttribute("open", ""); }
      up = up.parentNode;
    }
    if (place) { place.scrollIntoView(); }
  }
  function value(row, n) {
    var text = row.cells[n].textContent.replace(/\s/g, "");
    var figure = text.replace(/[,%]/g, "");
    return /^-?\d+(\.\d+)?$/.test(figure) ? parseFloat(figure) : text;
  }
  function sort(table, head, n) {
    var body = table.tBodies[0];
    var up = head.getAttribute("aria-sort") === "descending";
    var rows = Array.prototype.slice.call(body.rows).map(function (row, place) { return [value(row, n), place, row]; });
    rows.sort(function (a, b) {
      var both = typeof a[0] === typeof b[0];
      var less = both ? (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0) : typeof a[0] === "number" ? 1 : -1;
      return (up ? less : -less) || a[1] - b[1];
    });
    rows.forEach(function (row) { body.appendChild(row[2]); });
    Array.prototype.forEach.call(head.parentNode.cells, function (other) { other.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
  }
  function prepare(table) {
    if (table.tBodies[0].rows.length < 3) { return; }
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, n) {
      if (head.className === "b" || head.querySelector("a")) { return; }
      var button = document.createElement("span");
      button.setAttribute("role", "button");
      button.setAttribute("tabindex", "0");
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("click", function () { sort(table, head, n); });
      button.addEventListener("keydown", function (event) {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); sort(table, head, n); }
      });
    });
  }
  Array.prototype.forEach.call(document.querySelectorAll("table"), prepare);
  window.addEventListener("hashchange", openTo);
  openTo();
}());
