// Leaving at once: a press, or Shift three times. As GOV.UK's "exit this page" does it;
// not Escape, which stops the next page from loading.

import people from "./people.json";

export const SAFE_PLACE = people.safe_place;

const PRESSES = 3;
const MILLISECONDS_FOR_ALL = 5_000;

/** Blanks the page, forgets, and goes; Back does not return here. */
export function leave(forget: () => void): void {
  document.documentElement.style.visibility = "hidden";
  document.title = "";
  try {
    forget();
    sessionStorage.clear();
  } finally {
    try {
      // In a frame, the page around it must go as well.
      (window.top ?? window).location.replace(SAFE_PLACE);
    } catch {
      location.replace(SAFE_PLACE);
    }
  }
}

/** Calls `go` when Shift was pressed three times and nothing else between. */
export function onThreeShifts(
  go: () => void,
  tell: (left: number) => void,
): AbortController {
  const listening = new AbortController();
  let pressed: number[] = [];
  addEventListener(
    "keydown",
    (event) => {
      if (event.repeat) return;
      if (event.key !== "Shift") {
        pressed = [];
        return;
      }
      const now = event.timeStamp;
      pressed = [...pressed.filter((at) => now - at < MILLISECONDS_FOR_ALL), now];
      if (pressed.length >= PRESSES) go();
      else tell(PRESSES - pressed.length);
    },
    { signal: listening.signal, capture: true },
  );
  return listening;
}
