// Runs inside the browser, on the page as it is painted.

/** Contrast of every text with what is behind it (WCAG 2.2, 1.4.3): those below 4.5. */
// biome-ignore lint/correctness/noUnusedVariables: called by name from the test
function lowContrast() {
  const channels = (color) => (color.match(/[\d.]+/g) ?? []).map(Number)
  const weights = [0.2126, 0.7152, 0.0722]
  const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
  const light = (color) =>
    channels(color)
      .slice(0, 3)
      .reduce((sum, value, i) => sum + linear(value / 255) * weights[i], 0)
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor
      if ((channels(color)[3] ?? 1) > 0) return color
    }
    return 'rgb(255, 255, 255)'
  }
  const found = []
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
    if (!own) continue
    const [a, b] = [light(getComputedStyle(element).color), light(behind(element))]
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    if (ratio < 4.5) found.push(`${element.textContent.trim().slice(0, 40)}: ${ratio.toFixed(2)}`)
  }
  return found
}

/** Things to press that a thumb would miss (WCAG 2.2, 2.5.8 asks for 24 px; we keep 44). */
// biome-ignore lint/correctness/noUnusedVariables: called by name from the test
function smallTargets() {
  return [...document.querySelectorAll('button, a')]
    .filter((element) => element.getBoundingClientRect().height < 44)
    .map((element) => element.textContent)
}

/** Pixels that the page is wider than the screen. */
// biome-ignore lint/correctness/noUnusedVariables: called by name from the test
function tooWide() {
  return Math.max(0, document.documentElement.scrollWidth - window.innerWidth)
}

/** What a person does who reads badly: letters of this size, in percent. */
// biome-ignore lint/correctness/noUnusedVariables: called by name from the test
function letters(percent) {
  document.documentElement.style.fontSize = `${percent}%`
}
