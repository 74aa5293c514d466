// A table that is filled without a mouse: Enter goes down a column, Shift and Enter up; so do the arrows in boxes.
// The lists keep their own arrows. Without this script Tab goes through all of it.
function move(table, control, step) {
  const cell = control.closest("td");
  const line = cell.parentElement;
  const lines = [...table.tBodies[0].rows];
  const next = lines[lines.indexOf(line) + step];
  const target = next && next.cells[cell.cellIndex].querySelector("input, select");
  if (target) {
    target.focus();
    if (target.select) target.select();
  }
}

export function initGrid() {
  document.querySelectorAll("[data-grid]").forEach((table) => {
    table.addEventListener("keydown", (event) => {
      const control = event.target;
      if (!control.matches("input, select") || event.ctrlKey || event.metaKey || event.altKey) return;
      const arrows = control.tagName === "INPUT" ? { ArrowDown: 1, ArrowUp: -1 } : {};
      const step = event.key === "Enter" ? (event.shiftKey ? -1 : 1) : arrows[event.key];
      if (!step) return;
      // Enter in a box would send the whole table.
      event.preventDefault();
      move(table, control, step);
    });
  });
}
