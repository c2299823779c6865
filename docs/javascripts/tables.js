// Material wraps tables in boxes that scroll, which not every browser lets the keyboard reach.
const observer = new ResizeObserver((entries) => {
  for (const { target } of entries)
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
});

// biome-ignore lint/correctness/noUndeclaredVariables: Material's, called again for each page of instant navigation.
document$.subscribe(() => {
  observer.disconnect();
  // Material's own wrapping follows the same signal.
  setTimeout(() => {
    for (const box of document.querySelectorAll(".md-typeset__scrollwrap")) observer.observe(box);
  });
});
