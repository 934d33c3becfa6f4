// Shows one answer: the words, people to reach, sources, quick replies.

import people from "./people.json";
import type { Button, Contact, Message, Reply } from "./contract.js";
import { button, make, outside } from "./dom.js";

const digits = (written: string): string => written.replace(/[^\d+]/g, "");

/** The text as paragraphs and lists; a step starts with `1. ` or `• `. */
function words(text: string): HTMLElement[] {
  const parts: HTMLElement[] = [];
  for (const line of text.split("\n")) {
    const step = /^(?:(\d+)\.|•) (.*)$/s.exec(line);
    if (!step) {
      parts.push(make("p", {}, [line]));
      continue;
    }
    const kind = step[1] ? "ol" : "ul";
    let list = parts.at(-1);
    if (list?.localName !== kind) parts.push((list = make(kind)));
    list.append(make("li", {}, [step[2] ?? ""]));
  }
  return parts;
}

function contactCard(contact: Contact): HTMLElement {
  const ways: HTMLElement[] = [];
  const way = (link: Node, note: string | null): void => {
    ways.push(make("p", {}, [link, note ? ` (${note})` : null]));
  };
  if (contact.phone) {
    const phone = make("a", { class: "call", href: `tel:${digits(contact.phone)}` }, [
      `Call ${contact.phone}`,
    ]);
    way(phone, contact.phone_note);
  }
  const sms = /^(?:(.+) to )?([\d ]+)$/.exec(contact.text ?? "");
  if (sms?.[2]) {
    const body = sms[1] ? `?body=${encodeURIComponent(sms[1])}` : "";
    const link = make("a", { class: "call", href: `sms:${digits(sms[2])}${body}` }, [
      `Text ${contact.text}`,
    ]);
    way(link, contact.text_note);
  }
  if (contact.url) way(outside(contact.url, "Website or form"), null);
  if (contact.email) {
    way(make("a", { href: `mailto:${contact.email}` }, [contact.email]), null);
  }
  const about = [contact.for_what, contact.hours, contact.where, contact.what_happens];
  return make("li", { class: "contact", "data-contact": contact.id }, [
    make("strong", {}, [contact.name]),
    ...ways,
    ...about.map((line) => (line ? make("p", { class: "about" }, [line]) : null)),
  ]);
}

function sources(message: Message): HTMLElement | null {
  const { card } = message;
  // Words of the project's own have no page to show.
  if (!card?.sources.some(({ url }) => url)) return null;
  const reviewed = new Date(`${card.reviewed_on}T12:00`).toLocaleDateString("en-GB", {
    dateStyle: "long",
  });
  return make("details", {}, [
    make("summary", {}, [`Sources. Reviewed ${reviewed}`]),
    make(
      "ul",
      {},
      card.sources.map(({ name, url }) =>
        make("li", {}, [url ? outside(url, name) : name]),
      ),
    ),
  ]);
}

function shown(message: Message, choose: (pressed: Button) => void): HTMLElement {
  const { buttons, contacts } = message;
  // "Is anyone in danger now?" is one line and must not push the advice out of sight.
  const { id, phone } = people.emergency;
  const isLine = contacts.length === 1 && contacts[0]?.phone === phone;
  const call = make(
    "a",
    { class: "call", href: `tel:${phone}`, "data-contact": id },
    [`Call ${phone}`],
  );
  return make("div", { class: "message", "data-card": message.card?.id ?? "" }, [
    ...words(message.text),
    contacts.length && !isLine
      ? make("ul", { class: "contacts", "aria-label": "Who can help" }, [
          ...contacts.map(contactCard),
        ])
      : null,
    buttons.length || isLine
      ? make("div", { class: "choices", role: "group", "aria-label": "Choose" }, [
          isLine ? call : null,
          ...buttons.map((pressed) => button(pressed.title, () => choose(pressed))),
        ])
      : null,
    sources(message),
  ]);
}

/** One turn of the bot, as one element: a screen reader says it once, in order. */
export function botTurn(
  reply: Reply,
  choose: (pressed: Button) => void,
): HTMLElement {
  return make(
    "div",
    { class: "turn bot", "data-urgency": reply.urgency, tabindex: "-1" },
    [
      make("span", { class: "unseen" }, ["The chat says: "]),
      ...reply.messages.map((message) => shown(message, choose)),
    ],
  );
}

export function personTurn(text: string): HTMLElement {
  return make("div", { class: "turn person", dir: "auto" }, [
    make("span", { class: "unseen" }, ["You said: "]),
    text,
  ]);
}
