"use strict";
(() => {
  const form = document.querySelector("form.filter");
  const section = document.getElementById("findings");
  if (!form || !section) return;
  const rules = [...section.querySelectorAll("details.rule")].map((element) => ({
    element,
    open: element.open,
    lists: [...element.querySelectorAll("ol.findings")].map((list) => ({
      list,
      area: list.dataset.area,
      items: [...list.children].map((item) => ({
        item,
        severity: item.dataset.severity || element.dataset.severity,
        text: item.textContent.toLowerCase(),
        size: Number(item.dataset.size || -1),
        modified: Number(item.dataset.modified || -Infinity),
      })),
    })),
  }));
  const total = rules.flatMap((rule) => rule.lists).reduce((sum, list) => sum + list.items.length, 0);
  const orders = {
    judged: null,
    size: (left, right) => right.size - left.size,
    newest: (left, right) => right.modified - left.modified,
    oldest: (left, right) => left.modified - right.modified,
  };
  const output = form.querySelector("output");

  function apply() {
    const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severity = form.elements.severity.value;
    const area = form.elements.area.value;
    const active = words.length > 0 || severity !== "" || area !== "";
    let shown = 0;
    for (const rule of rules) {
      let ofRule = 0;
      for (const { list, area: own, items } of rule.lists) {
        const here = area === "" || own === area;
        let ofList = 0;
        for (const { item, severity: weight, text } of items) {
          const fits = here && (severity === "" || weight === severity) && words.every((word) => text.includes(word));
          item.hidden = !fits;
          ofList += fits ? 1 : 0;
        }
        list.hidden = ofList === 0;
        const heading = list.previousElementSibling;
        if (heading && heading.tagName === "H4") heading.hidden = list.hidden;
        ofRule += ofList;
      }
      rule.element.hidden = active && ofRule === 0;
      rule.element.open = active ? ofRule > 0 : rule.open;
      shown += ofRule;
    }
    output.textContent = active ? `${shown.toLocaleString("en")} of ${total.toLocaleString("en")} shown findings fit` : "";
  }

  function sort() {
    const order = orders[form.elements.sort.value];
    for (const { list, items } of rules.flatMap((rule) => rule.lists)) {
      const sorted = order ? [...items].sort(order) : items;
      list.append(...sorted.map(({ item }) => item));
    }
  }

  form.elements.words.addEventListener("input", apply);
  form.elements.severity.addEventListener("change", apply);
  form.elements.area.addEventListener("change", apply);
  form.elements.sort.addEventListener("change", sort);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { apply(); sort(); }));
  for (const rule of rules) {
    rule.element.addEventListener("toggle", () => {
      if (output.textContent === "") rule.open = rule.element.open;
    });
  }
  form.hidden = false;
})();
