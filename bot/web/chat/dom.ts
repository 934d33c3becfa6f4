// Builds elements. Everything is set as text or property, never parsed as HTML, so that
// nothing anybody writes can become markup.

type Children = (Node | string | null)[];

export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Record<string, string> = {},
  children: Children = [],
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function button(
  title: string,
  press: () => void,
  kind = "choice",
): HTMLButtonElement {
  const made = make("button", { type: "button", class: kind }, [title]);
  made.addEventListener("click", press);
  return made;
}

/** A link that opens beside the chat and tells the other side nothing. */
export function outside(url: string, title: string): HTMLAnchorElement | Text {
  if (!/^https:\/\//.test(url)) return document.createTextNode(title);
  return make(
    "a",
    {
      href: url,
      target: "_blank",
      rel: "noopener noreferrer",
      referrerpolicy: "no-referrer",
    },
    [title, make("span", { class: "unseen" }, [" (opens in a new tab)"])],
  );
}
