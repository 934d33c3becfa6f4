var b=`:host {
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
`;var l={safe_place:"https://www.bbc.co.uk/weather",emergency:{id:"emergency_999",phone:"999"},more:["Cannot speak? On a mobile, call 999 and press 55 when asked.","Stay with the child. Keep your voice calm.","Do not pay. Do not send more. Keep all messages.","Do not copy or send on a sexual picture of anyone under 18."],helplines:[{id:"nspcc_helpline",who:"Any adult worried about a child",name:"NSPCC Helpline",phone:"0808 800 5000",url:"https://www.nspcc.org.uk/keeping-children-safe/reporting-abuse/"},{id:"childline",who:"Under 19",name:"Childline",phone:"0800 1111",url:"https://www.childline.org.uk/"},{id:"samaritans",who:"To talk at any hour",name:"Samaritans",phone:"116 123",url:"https://www.samaritans.org/"}]};var c=class extends Error{constructor(t){super(t?"over":"unreachable");this.isOver=t}},L=2e4,p=class{constructor(e){this.server=e}#e=null;async start(){let{session:e,...t}=await this.#t("session",{});return this.#e=e,t}async say(e){if(!this.#e)throw new c(!0);return await this.#t("message",{session:this.#e,...e})}async judge(e){await this.#t("helpful",{session:this.#e,helpful:e}).catch(()=>{})}opened(e){this.#e&&this.#s("opened",{session:this.#e,contact:e})}forget(e=!1){if(!this.#e)return;let t=this.#e;this.#e=null,this.#s("forget",e?{session:t,left_quickly:!0}:{session:t})}#s(e,t){try{navigator.sendBeacon(this.#n(e),JSON.stringify(t))}catch{}}#n(e){return`${this.server}/webhooks/webchat/${e}`}async#t(e,t){let n;try{if(n=await fetch(this.#n(e),{method:"POST",headers:{"Content-Type":"text/plain"},body:JSON.stringify(t),credentials:"omit",referrerPolicy:"no-referrer",cache:"no-store",signal:AbortSignal.timeout(L)}),n.ok)return await n.json()}catch{throw new c(!1)}throw new c(n.status===404)}};function i(s,e={},t=[]){let n=document.createElement(s);for(let[r,o]of Object.entries(e))n.setAttribute(r,o);return n.append(...t.filter(r=>r!==null)),n}function d(s,e,t="choice"){let n=i("button",{type:"button",class:t},[s]);return n.addEventListener("click",e),n}function h(s,e){return/^https:\/\//.test(s)?i("a",{href:s,target:"_blank",rel:"noopener noreferrer",referrerpolicy:"no-referrer"},[e,i("span",{class:"unseen"},[" (opens in a new tab)"])]):document.createTextNode(e)}var u=l.safe_place,y=3,A=5e3;function v(s){document.documentElement.style.visibility="hidden",document.title="";try{s(),sessionStorage.clear()}finally{try{(window.top??window).location.replace(u)}catch{location.replace(u)}}}function w(s,e){let t=new AbortController,n=[];return addEventListener("keydown",r=>{if(r.repeat)return;if(r.key!=="Shift"){n=[];return}let o=r.timeStamp;n=[...n.filter(a=>o-a<A),o],n.length>=y?s():e(y-n.length)},{signal:t.signal,capture:!0}),t}var x=s=>s.replace(/[^\d+]/g,"");function M(s){let e=[];for(let t of s.split(`
`)){let n=/^(?:(\d+)\.|•) (.*)$/s.exec(t);if(!n){e.push(i("p",{},[t]));continue}let r=n[1]?"ol":"ul",o=e.at(-1);o?.localName!==r&&e.push(o=i(r)),o.append(i("li",{},[n[2]??""]))}return e}function _(s){let e=[],t=(o,a)=>{e.push(i("p",{},[o,a?` (${a})`:null]))};if(s.phone){let o=i("a",{class:"call",href:`tel:${x(s.phone)}`},[`Call ${s.phone}`]);t(o,s.phone_note)}let n=/^(?:(.+) to )?([\d ]+)$/.exec(s.text??"");if(n?.[2]){let o=n[1]?`?body=${encodeURIComponent(n[1])}`:"",a=i("a",{class:"call",href:`sms:${x(n[2])}${o}`},[`Text ${s.text}`]);t(a,s.text_note)}s.url&&t(h(s.url,"Website or form"),null),s.email&&t(i("a",{href:`mailto:${s.email}`},[s.email]),null);let r=[s.for_what,s.hours,s.where,s.what_happens];return i("li",{class:"contact","data-contact":s.id},[i("strong",{},[s.name]),...e,...r.map(o=>o?i("p",{class:"about"},[o]):null)])}function $(s){let{card:e}=s;if(!e?.sources.some(({url:n})=>n))return null;let t=new Date(`${e.reviewed_on}T12:00`).toLocaleDateString("en-GB",{dateStyle:"long"});return i("details",{},[i("summary",{},[`Sources. Reviewed ${t}`]),i("ul",{},e.sources.map(({name:n,url:r})=>i("li",{},[r?h(r,n):n])))])}function N(s,e){let{buttons:t,contacts:n}=s,{id:r,phone:o}=l.emergency,a=n.length===1&&n[0]?.phone===o,m=i("a",{class:"call",href:`tel:${o}`,"data-contact":r},[`Call ${o}`]);return i("div",{class:"message","data-card":s.card?.id??""},[...M(s.text),n.length&&!a?i("ul",{class:"contacts","aria-label":"Who can help"},[...n.map(_)]):null,t.length||a?i("div",{class:"choices",role:"group","aria-label":"Choose"},[a?m:null,...t.map(f=>d(f.title,()=>e(f)))]):null,$(s)])}function k(s,e){return i("div",{class:"turn bot","data-urgency":s.urgency,tabindex:"-1"},[i("span",{class:"unseen"},["The chat says: "]),...s.messages.map(t=>N(t,e))])}function T(s){return i("div",{class:"turn person",dir:"auto"},[i("span",{class:"unseen"},["You said: "]),s])}var S=4e3,R=300,H=2e3,P=2,g=class extends HTMLElement{#e;#s=this.attachShadow({mode:"open",delegatesFocus:!1});#n=i("section",{class:"panel",lang:"en-GB"});#t=i("div",{class:"log",role:"log","aria-label":"Messages",tabindex:"0"});#r=i("p",{class:"unseen",role:"status"});#p=i("p",{class:"typing",hidden:""},["Looking for the right advice\u2026"]);#a=i("div",{class:"trouble",role:"alert",hidden:""});#i=i("textarea",{id:"text",rows:"2",dir:"auto",autocomplete:"off","aria-describedby":"limit"});#w=i("p",{id:"limit",class:"limit"});#u=i("button",{type:"submit",class:"send"},["Send"]);#o=null;#l=!1;#m=!1;#d=!1;#g=null;connectedCallback(){let e=this.getAttribute("server")??new URL(import.meta.url).origin;this.#e=new p(e.replace(/\/+$/,""));let t=this.getAttribute("accent");t&&CSS.supports("color",t)&&this.style.setProperty("--accent",t);let n=new CSSStyleSheet;n.replaceSync(b),this.#s.adoptedStyleSheets=[n],this.#T(),this.#g=w(()=>this.#x(),o=>this.#h(`Shift pressed. ${o} more to leave this page.`));let{signal:r}=this.#g;addEventListener("pagehide",()=>this.#e.forget(),{signal:r});for(let o of["click","auxclick"])this.#s.addEventListener(o,a=>this.#E(a),{signal:r});this.#f||this.#c()}disconnectedCallback(){this.#g?.abort(),this.#e.forget(),this.#s.replaceChildren(),this.#t.replaceChildren(),this.#m=!1}get#f(){return/^bottom-(left|right)$/.test(this.getAttribute("position")??"")}#T(){let e=this.getAttribute("heading")??"Worried about a child online?",t=this.getAttribute("greeting"),n=i("a",{class:"leave",href:u,rel:"noopener noreferrer"},["Leave this page"]);n.addEventListener("click",o=>{o.preventDefault(),this.#x()});let r=i("form",{novalidate:""},[i("label",{for:"text"},["What worries you?"]),this.#i,this.#w,this.#u]);r.addEventListener("submit",o=>{o.preventDefault(),this.#A()}),this.#i.addEventListener("keydown",o=>{o.key==="Enter"&&!o.shiftKey&&!o.isComposing&&matchMedia("(pointer: fine)").matches&&(o.preventDefault(),r.requestSubmit())}),this.#i.addEventListener("input",()=>this.#v()),this.#n.setAttribute("aria-label",e),this.#n.replaceChildren(i("header",{},[i("h2",{},[e]),n,this.#f?d("Close",()=>this.#C(),"close"):null,i("p",{class:"about"},[i("span",{class:"keys"},["Or press Shift three times. "]),"This page stays in your browser's history."])]),I(),...t?[i("p",{class:"greeting"},[t])]:[],this.#t,this.#p,this.#a,r,i("footer",{},[d("Start again",()=>void this.#L(),"tool"),d("Copy this advice",()=>void this.#R(),"tool"),d("Print",()=>print(),"tool")]),this.#r),this.#f?(this.#o=d(e,()=>this.#S(),"launcher"),this.#o.setAttribute("aria-expanded","false"),this.#n.hidden=!0,this.#s.replaceChildren(this.#o,this.#n)):this.#s.replaceChildren(this.#n)}#S(){this.#n.hidden=!1,this.#o?.setAttribute("aria-expanded","true"),this.#i.focus(),this.#m||this.#c()}#C(){this.#n.hidden=!0,this.#o?.setAttribute("aria-expanded","false"),this.#o?.focus()}#x(){v(()=>this.#e.forget(!0))}#E(e){let{target:t,button:n}=e;if(n===P||!(t instanceof Element))return;let o=t.closest("a")?.closest("[data-contact]")?.getAttribute("data-contact");o&&this.#e.opened(o)}async#c(){this.#m=!0,await this.#y(()=>this.#e.start(),()=>void this.#c(),!1)}async#L(){this.#l||(this.#e.forget(),this.#t.replaceChildren(),await this.#c(),this.#i.focus())}#A(){let e=this.#i.value;if(this.#l||!e.trim()||this.#v()>S){this.#i.focus();return}this.#b({text:e})}#M(e){this.#l||this.#b(e)}async#b(e){let t=T("text"in e?e.text:e.title);this.#t.append(t),t.scrollIntoView({block:"nearest"});let n="text"in e?{text:e.text}:{choice:e.choice};await this.#y(()=>this.#e.say(n),()=>{t.remove(),this.#b(e)},!0)&&"text"in e&&this.#i.value===e.text&&(this.#i.value="",this.#v())}async#y(e,t,n){this.#l=!0,this.#a.hidden=!0,this.#u.setAttribute("aria-disabled","true");let r=setTimeout(()=>this.#p.hidden=!1,R);try{return this.#_(await e(),n),this.#d=!1,!0}catch(o){let a=o instanceof c&&o.isOver;return a&&this.#d?setTimeout(()=>this.#k(t)):this.#N(a,t),this.#d=!1,!1}finally{clearTimeout(r),this.#p.hidden=!0,this.#u.removeAttribute("aria-disabled"),this.#l=!1}}#k(e){this.#y(()=>this.#e.start(),e,!1).then(t=>t&&e())}#_(e,t){let n=k(e,o=>this.#M(o));t&&n.append(this.#$()),this.#t.append(n);let r=n.offsetTop-this.#t.offsetTop;this.#t.scrollTo({top:t?r-8:0}),t&&this.#t.scrollIntoView({block:"nearest"})}#$(){let e=i("div",{class:"helpful",role:"group","aria-label":"Was this helpful?"},[i("span",{"aria-hidden":"true"},["Was this helpful?"])]),t=n=>()=>{this.#e.judge(n),e.replaceChildren("Thank you."),this.#h("Thank you."),this.#i.focus()};return e.append(d("Yes",t(!0)),d("No",t(!1))),e}#N(e,t){let n=d(e?"Start again and send this":"Try again",()=>{this.#d=!e,e?this.#k(t):t()});this.#a.replaceChildren(i("p",{},[i("strong",{},[e?"This chat has ended.":this.#i.value?"Your message was not sent. It is still here.":"The chat cannot be reached just now."])," If a child is in danger now, ",i("a",{href:`tel:${l.emergency.phone}`,"data-contact":l.emergency.id},[`call ${l.emergency.phone}`]),"."]),i("ul",{},[...l.helplines.map(({id:r,name:o,phone:a,who:m})=>i("li",{"data-contact":r},[`${m}: ${o}, `,i("a",{href:`tel:${a.replace(/\s/g,"")}`},[a])]))]),n),this.#a.hidden=!1,this.#a.scrollIntoView({block:"start"})}#v(){let{length:e}=[...this.#i.value],t=e-S;return this.#w.textContent=t>0?`Too long by ${t}. Please tell the main point in a few lines.`:"",this.#i.setAttribute("aria-invalid",String(t>0)),e}async#R(){let t=[...this.#t.querySelectorAll(".turn.bot .message")].map(n=>n.innerText).join(`

`);try{await navigator.clipboard.writeText(t),this.#h("Copied.")}catch{this.#h("Your browser did not let us copy. Select the text instead.")}}#h(e){this.#r.textContent=e,this.#r.className="told",setTimeout(()=>{this.#r.className="unseen",this.#r.textContent=""},H)}};function I(){let{emergency:s,more:e}=l;return i("div",{class:"emergency"},[i("p",{},[i("strong",{},["Child in danger now? ",i("a",{class:"call",href:`tel:${s.phone}`,"data-contact":s.id},[`Call ${s.phone}`])])]),i("details",{},[i("summary",{},["If you cannot speak, or need someone to talk to"]),i("ul",{},[...e.map(t=>i("li",{},[t])),...l.helplines.map(({id:t,name:n,phone:r,who:o,url:a})=>i("li",{"data-contact":t},[`${o}: `,a?h(a,n):n,", ",i("a",{href:`tel:${r.replace(/\s/g,"")}`},[r])]))])]),i("p",{class:"about"},["This chat is a machine. It is not an emergency service."])])}customElements.get("safeguarding-chat")||customElements.define("safeguarding-chat",g);
