var f=`:host {
  --accent: #1d5b79;
  --ink: #16191c;
  --paper: #fff;
  --soft: #eef2f5;
  --line: #6b7680;
  --danger: #b3140f;
  --danger-paper: #fff1f0;
  --link: #0b4f8a;
  display: block;
  color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
  text-align: start;
}
@media (prefers-color-scheme: dark) {
  :host {
    --ink: #f2f4f5;
    --paper: #14181b;
    --soft: #232a2f;
    --line: #97a3ad;
    --danger: #ff9d96;
    --danger-paper: #2e1413;
    --link: #8fc7ff;
  }
}
:host([position^="bottom"]) { display: contents }
* { box-sizing: border-box }
[hidden] { display: none !important }
p, ul, ol, h2 { margin: 0 }
ul, ol { padding-inline-start: 1.4em }
a { color: var(--link); text-underline-offset: .15em }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
.unseen {
  position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap;
}
.panel {
  display: flex; flex-direction: column; gap: .5rem;
  height: 100%; min-height: 24rem; padding: .75rem;
  color: var(--ink); background: var(--paper);
  border: 1px solid var(--line); border-radius: .5rem; overflow-y: auto;
}
:host([position^="bottom"]) .panel {
  position: fixed; inset-block-end: 1rem; z-index: 2147483000;
  width: min(26rem, calc(100vw - 2rem)); height: min(44rem, calc(100vh - 2rem));
}
:host([position="bottom-right"]) :is(.panel, .launcher) { inset-inline-end: 1rem }
:host([position="bottom-left"]) :is(.panel, .launcher) { inset-inline-start: 1rem }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .5rem }
h2 { flex: 1 1 10rem; font-size: 1.15rem; line-height: 1.25 }
summary { padding-block: .6rem; min-height: 44px }
button, .leave, .call {
  display: inline-flex; align-items: center; min-height: 44px; min-width: 44px;
}
button, .leave {
  justify-content: center; padding: .3rem .8rem; font: inherit; cursor: pointer;
  color: var(--ink); background: var(--soft);
  border: 1px solid var(--line); border-radius: .4rem; text-decoration: none;
}
.leave { color: #fff; background: #9b1c14; border-color: #9b1c14; font-weight: 700 }
.launcher { position: fixed; inset-block-end: 1rem; z-index: 2147483000 }
.launcher, .send { color: #fff; background: var(--accent); border-color: var(--accent) }
.about, .limit { flex-basis: 100%; font-size: .875rem }
.emergency, .trouble {
  padding: .25rem .75rem; background: var(--danger-paper);
  border-inline-start: .4rem solid var(--danger);
}
.emergency .call { font-size: 1.1rem }
.log {
  flex: 1 1 12rem; min-height: 9rem; overflow-y: auto; padding: .25rem;
  scroll-padding-block: .5rem;
}
.turn { margin-block-end: 1rem; overflow-wrap: anywhere }
.person {
  width: fit-content; max-width: 90%; margin-inline-start: auto; padding: .5rem .75rem;
  background: var(--soft); border-radius: .5rem; white-space: pre-wrap;
}
.message { display: grid; gap: .5rem; margin-block-end: 1rem }
[data-urgency="emergency"] .message:first-of-type {
  padding: .5rem .75rem; border-inline-start: .4rem solid var(--danger);
}
.contacts { display: grid; gap: .5rem; padding: 0; list-style: none }
.contact { padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .4rem }
.call { font-weight: 700 }
.choices, .helpful { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem }
summary { cursor: pointer }
details li { padding-block: .2rem }
details li a, .contact a { display: inline-flex; align-items: center; min-height: 44px }
form { display: grid; grid-template-columns: 1fr auto; gap: .25rem .5rem; align-items: end }
label, .limit { grid-column: 1 / -1; font-weight: 700 }
.limit:empty { display: none }
textarea {
  width: 100%; min-height: 44px; max-height: 10rem; padding: .5rem; font: inherit;
  color: inherit; background: var(--paper); border: 2px solid var(--line);
  border-radius: .4rem; resize: vertical;
}
textarea[aria-invalid="true"] { border-color: var(--danger) }
[aria-disabled="true"] { opacity: .6 }
footer { display: flex; flex-wrap: wrap; gap: .5rem }
.tool { font-size: .875rem }
.trouble { scroll-margin-block-start: .5rem }
.choices .call { padding-inline: .3rem }
@media (hover: none) and (pointer: coarse) {
  .keys { display: none }
}
.told {
  position: absolute; inset-inline: 1rem; inset-block-end: 5rem; padding: .5rem;
  color: var(--paper); background: var(--ink); border-radius: .4rem; text-align: center;
}
.panel { position: relative }
:host([position^="bottom"]) .panel { position: fixed }
@media (max-width: 30rem) {
  .panel { min-height: 0; overflow: visible }
  :host([position^="bottom"]) .panel { overflow-y: auto }
  .log { min-height: 22rem; max-height: 70vh }
  .emergency .about { display: none }
  header { position: sticky; inset-block-start: 0; z-index: 1; background: var(--paper) }
  header h2 { display: none }
  :host([position^="bottom"]) header { inset-block-start: -.75rem; padding-block: .5rem }
  .trouble, .log { scroll-margin-block-start: 6.5rem }
  footer { flex-wrap: nowrap }
  .tool { padding-inline: .3rem }
  :host([position^="bottom"]) .panel {
    inset: 0; width: auto; height: auto; border: 0; border-radius: 0;
  }
}
@media (forced-colors: active) {
  .launcher, .send, .leave { border: 2px solid ButtonBorder }
}
@media (prefers-reduced-motion: no-preference) {
  .log { scroll-behavior: smooth }
}
@media print {
  .panel, .log { display: block; height: auto; overflow: visible; border: 0 }
  header .leave, header .about, form, footer, button, .helpful { display: none }
  .contact, .message > ol, .message > ul { break-inside: avoid }
  details::details-content { content-visibility: visible }
}
`;var d={safe_place:"https://www.bbc.co.uk/weather",emergency:{phone:"999"},more:["Cannot speak? On a mobile, call 999 and press 55 when asked.","Stay with the child. Keep your voice calm.","Do not pay. Do not send more. Keep all messages.","Do not copy or send on a sexual picture of anyone under 18."],helplines:[{who:"Any adult worried about a child",name:"NSPCC Helpline",phone:"0808 800 5000",url:"https://www.nspcc.org.uk/keeping-children-safe/reporting-abuse/"},{who:"Under 19",name:"Childline",phone:"0800 1111",url:"https://www.childline.org.uk/"},{who:"To talk at any hour",name:"Samaritans",phone:"116 123",url:"https://www.samaritans.org/"}]};var h=class extends Error{constructor(i){super(i?"over":"unreachable");this.isOver=i}},E=2e4,p=class{constructor(e){this.server=e}#e=null;async start(){let{session:e,...i}=await this.#i("session",{});return this.#e=e,i}async say(e){if(!this.#e)throw new h(!0);return await this.#i("message",{session:this.#e,...e})}async judge(e){await this.#i("helpful",{session:this.#e,helpful:e}).catch(()=>{})}forget(){if(!this.#e)return;let e=JSON.stringify({session:this.#e});this.#e=null,navigator.sendBeacon(this.#r("forget"),e)}#r(e){return`${this.server}/webhooks/webchat/${e}`}async#i(e,i){let n;try{if(n=await fetch(this.#r(e),{method:"POST",headers:{"Content-Type":"text/plain"},body:JSON.stringify(i),credentials:"omit",referrerPolicy:"no-referrer",cache:"no-store",signal:AbortSignal.timeout(E)}),n.ok)return await n.json()}catch{throw new h(!1)}throw new h(n.status===404)}};function t(r,e={},i=[]){let n=document.createElement(r);for(let[o,s]of Object.entries(e))n.setAttribute(o,s);return n.append(...i.filter(o=>o!==null)),n}function l(r,e,i="choice"){let n=t("button",{type:"button",class:i},[r]);return n.addEventListener("click",e),n}function c(r,e){return/^https:\/\//.test(r)?t("a",{href:r,target:"_blank",rel:"noopener noreferrer",referrerpolicy:"no-referrer"},[e,t("span",{class:"unseen"},[" (opens in a new tab)"])]):document.createTextNode(e)}var u=d.safe_place,b=3,L=5e3;function y(r){document.documentElement.style.visibility="hidden",document.title="";try{r(),sessionStorage.clear()}finally{try{(window.top??window).location.replace(u)}catch{location.replace(u)}}}function v(r,e){let i=new AbortController,n=[];return addEventListener("keydown",o=>{if(o.repeat)return;if(o.key!=="Shift"){n=[];return}let s=o.timeStamp;n=[...n.filter(a=>s-a<L),s],n.length>=b?r():e(b-n.length)},{signal:i.signal,capture:!0}),i}var w=r=>r.replace(/[^\d+]/g,"");function M(r){let e=[];for(let i of r.split(`
`)){let n=/^(?:(\d+)\.|•) (.*)$/s.exec(i);if(!n){e.push(t("p",{},[i]));continue}let o=n[1]?"ol":"ul",s=e.at(-1);s?.localName!==o&&e.push(s=t(o)),s.append(t("li",{},[n[2]??""]))}return e}function A(r){let e=[],i=(s,a)=>{e.push(t("p",{},[s,a?` (${a})`:null]))};if(r.phone){let s=t("a",{class:"call",href:`tel:${w(r.phone)}`},[`Call ${r.phone}`]);i(s,r.phone_note)}let n=/^(?:(.+) to )?([\d ]+)$/.exec(r.text??"");if(n?.[2]){let s=n[1]?`?body=${encodeURIComponent(n[1])}`:"",a=t("a",{class:"call",href:`sms:${w(n[2])}${s}`},[`Text ${r.text}`]);i(a,r.text_note)}r.url&&i(c(r.url,"Website or form"),null),r.email&&i(t("a",{href:`mailto:${r.email}`},[r.email]),null);let o=[r.for_what,r.hours,r.where,r.what_happens];return t("li",{class:"contact"},[t("strong",{},[r.name]),...e,...o.map(s=>s?t("p",{class:"about"},[s]):null)])}function $(r){let{card:e}=r;if(!e?.sources.some(({url:n})=>n))return null;let i=new Date(`${e.reviewed_on}T12:00`).toLocaleDateString("en-GB",{dateStyle:"long"});return t("details",{},[t("summary",{},[`Sources. Reviewed ${i}`]),t("ul",{},e.sources.map(({name:n,url:o})=>t("li",{},[o?c(o,n):n])))])}function _(r,e){let{buttons:i,contacts:n}=r,{phone:o}=d.emergency,s=n.length===1&&n[0]?.phone===o,a=t("a",{class:"call",href:`tel:${o}`},[`Call ${o}`]);return t("div",{class:"message","data-card":r.card?.id??""},[...M(r.text),n.length&&!s?t("ul",{class:"contacts","aria-label":"Who can help"},[...n.map(A)]):null,i.length||s?t("div",{class:"choices",role:"group","aria-label":"Choose"},[s?a:null,...i.map(g=>l(g.title,()=>e(g)))]):null,$(r)])}function x(r,e){return t("div",{class:"turn bot","data-urgency":r.urgency,tabindex:"-1"},[t("span",{class:"unseen"},["The chat says: "]),...r.messages.map(i=>_(i,e))])}function k(r){return t("div",{class:"turn person",dir:"auto"},[t("span",{class:"unseen"},["You said: "]),r])}var T=4e3,N=300,P=2e3,m=class extends HTMLElement{#e;#r=this.attachShadow({mode:"open",delegatesFocus:!1});#i=t("section",{class:"panel"});#n=t("div",{class:"log",role:"log","aria-label":"Messages",tabindex:"0"});#o=t("p",{class:"unseen",role:"status"});#c=t("p",{class:"typing",hidden:""},["Looking for the right advice\u2026"]);#a=t("div",{class:"trouble",role:"alert",hidden:""});#t=t("textarea",{id:"text",rows:"2",dir:"auto",autocomplete:"off","aria-describedby":"limit"});#v=t("p",{id:"limit",class:"limit"});#p=t("button",{type:"submit",class:"send"},["Send"]);#s=null;#l=!1;#u=!1;#m=null;connectedCallback(){let e=this.getAttribute("server")??new URL(import.meta.url).origin;this.#e=new p(e.replace(/\/+$/,""));let i=this.getAttribute("accent");i&&CSS.supports("color",i)&&this.style.setProperty("--accent",i);let n=new CSSStyleSheet;n.replaceSync(f),this.#r.adoptedStyleSheets=[n],this.#x(),this.#m=v(()=>this.#w(),o=>this.#h(`Shift pressed. ${o} more to leave this page.`)),addEventListener("pagehide",()=>this.#e.forget(),{signal:this.#m.signal}),this.#g||this.#d()}disconnectedCallback(){this.#m?.abort(),this.#e.forget(),this.#r.replaceChildren(),this.#n.replaceChildren(),this.#u=!1}get#g(){return/^bottom-(left|right)$/.test(this.getAttribute("position")??"")}#x(){let e=this.getAttribute("heading")??"Worried about a child online?",i=this.getAttribute("greeting"),n=t("a",{class:"leave",href:u,rel:"noopener noreferrer"},["Leave this page"]);n.addEventListener("click",s=>{s.preventDefault(),this.#w()});let o=t("form",{novalidate:""},[t("label",{for:"text"},["What worries you?"]),this.#t,this.#v,this.#p]);o.addEventListener("submit",s=>{s.preventDefault(),this.#C()}),this.#t.addEventListener("keydown",s=>{s.key==="Enter"&&!s.shiftKey&&!s.isComposing&&matchMedia("(pointer: fine)").matches&&(s.preventDefault(),o.requestSubmit())}),this.#t.addEventListener("input",()=>this.#y()),this.#i.setAttribute("aria-label",e),this.#i.replaceChildren(t("header",{},[t("h2",{},[e]),n,this.#g?l("Close",()=>this.#T(),"close"):null,t("p",{class:"about"},[t("span",{class:"keys"},["Or press Shift three times. "]),"This page stays in your browser's history."])]),R(),...i?[t("p",{class:"greeting"},[i])]:[],this.#n,this.#c,this.#a,o,t("footer",{},[l("Start again",()=>void this.#S(),"tool"),l("Copy this advice",()=>void this.#$(),"tool"),l("Print",()=>print(),"tool")]),this.#o),this.#g?(this.#s=l(e,()=>this.#k(),"launcher"),this.#s.setAttribute("aria-expanded","false"),this.#i.hidden=!0,this.#r.replaceChildren(this.#s,this.#i)):this.#r.replaceChildren(this.#i)}#k(){this.#i.hidden=!1,this.#s?.setAttribute("aria-expanded","true"),this.#t.focus(),this.#u||this.#d()}#T(){this.#i.hidden=!0,this.#s?.setAttribute("aria-expanded","false"),this.#s?.focus()}#w(){y(()=>this.#e.forget())}async#d(){this.#u=!0,await this.#b(()=>this.#e.start(),()=>void this.#d(),!1)}async#S(){this.#l||(this.#e.forget(),this.#n.replaceChildren(),await this.#d(),this.#t.focus())}#C(){let e=this.#t.value;if(this.#l||!e.trim()||this.#y()>T){this.#t.focus();return}this.#f({text:e})}#E(e){this.#l||this.#f(e)}async#f(e){let i=k("text"in e?e.text:e.title);this.#n.append(i),i.scrollIntoView({block:"nearest"});let n="text"in e?{text:e.text}:{choice:e.choice};await this.#b(()=>this.#e.say(n),()=>{i.remove(),this.#f(e)},!0)&&"text"in e&&this.#t.value===e.text&&(this.#t.value="",this.#y())}async#b(e,i,n){this.#l=!0,this.#a.hidden=!0,this.#p.setAttribute("aria-disabled","true");let o=setTimeout(()=>this.#c.hidden=!1,N);try{return this.#L(await e(),n),!0}catch(s){return this.#A(s instanceof h&&s.isOver,i),!1}finally{clearTimeout(o),this.#c.hidden=!0,this.#p.removeAttribute("aria-disabled"),this.#l=!1}}#L(e,i){let n=x(e,s=>this.#E(s));i&&n.append(this.#M()),this.#n.append(n);let o=n.offsetTop-this.#n.offsetTop;this.#n.scrollTo({top:i?o-8:0}),i&&this.#n.scrollIntoView({block:"nearest"})}#M(){let e=t("div",{class:"helpful",role:"group","aria-label":"Was this helpful?"},[t("span",{"aria-hidden":"true"},["Was this helpful?"])]),i=n=>()=>{this.#e.judge(n),e.replaceChildren("Thank you."),this.#h("Thank you."),this.#t.focus()};return e.append(l("Yes",i(!0)),l("No",i(!1))),e}#A(e,i){let n=l(e?"Start again and send this":"Try again",()=>{if(!e)return i();this.#b(()=>this.#e.start(),i,!1).then(o=>o&&i())});this.#a.replaceChildren(t("p",{},[t("strong",{},[e?"This chat has ended.":this.#t.value?"Your message was not sent. It is still here.":"The chat cannot be reached just now."])," If a child is in danger now, ",t("a",{href:`tel:${d.emergency.phone}`},[`call ${d.emergency.phone}`]),"."]),t("ul",{},[...d.helplines.map(({name:o,phone:s,who:a})=>t("li",{},[`${a}: ${o}, `,t("a",{href:`tel:${s.replace(/\s/g,"")}`},[s])]))]),n),this.#a.hidden=!1,this.#a.scrollIntoView({block:"start"})}#y(){let{length:e}=[...this.#t.value],i=e-T;return this.#v.textContent=i>0?`Too long by ${i}. Please tell the main point in a few lines.`:"",this.#t.setAttribute("aria-invalid",String(i>0)),e}async#$(){let i=[...this.#n.querySelectorAll(".turn.bot .message")].map(n=>n.innerText).join(`

`);try{await navigator.clipboard.writeText(i),this.#h("Copied.")}catch{this.#h("Your browser did not let us copy. Select the text instead.")}}#h(e){this.#o.textContent=e,this.#o.className="told",setTimeout(()=>{this.#o.className="unseen",this.#o.textContent=""},P)}};function R(){let{emergency:r,more:e}=d;return t("div",{class:"emergency"},[t("p",{},[t("strong",{},["Child in danger now? ",t("a",{class:"call",href:`tel:${r.phone}`},[`Call ${r.phone}`])])]),t("details",{},[t("summary",{},["If you cannot speak, or need someone to talk to"]),t("ul",{},[...e.map(i=>t("li",{},[i])),...d.helplines.map(({name:i,phone:n,who:o,url:s})=>t("li",{},[`${o}: `,s?c(s,i):i,", ",t("a",{href:`tel:${n.replace(/\s/g,"")}`},[n])]))])]),t("p",{class:"about"},["This chat is a machine. It is not an emergency service."])])}customElements.get("safeguarding-chat")||customElements.define("safeguarding-chat",m);
