// Stands in every page before its own scripts. Headless Chromium has no voice: the page gets one, so that
// a tool that can read aloud does so; what is spoken and played is written down.
(() => {
  const heard = { spoken: [], played: [] };
  Object.defineProperty(window, "__sunsweep", { value: heard });
  const voice = { lang: "zh-CN", name: "Chinese", voiceURI: "Chinese", localService: true, default: true };
  const synth = window.speechSynthesis;
  if (synth) {
    const say = (utterance) => {
      heard.spoken.push(String((utterance && utterance.text) || "").slice(0, 200));
      for (const [kind, wait] of [["start", 0], ["end", 20]]) {
        setTimeout(() => {
          const event = new Event(kind);
          try { utterance.dispatchEvent(event); } catch (error) { /* not an event target */ }
        }, wait);
      }
    };
    // Tools that wait for the voices learn that they are there.
    for (const moment of ["DOMContentLoaded", "load"]) {
      addEventListener(moment, () => synth.dispatchEvent(new Event("voiceschanged")));
    }
    const own = { speak: say, getVoices: () => [voice], cancel() {}, pause() {}, resume() {} };
    for (const [name, value] of Object.entries(own)) {
      try { Object.defineProperty(synth, name, { value, configurable: true, writable: true }); } catch (error) { /* kept */ }
    }
    // A real utterance refuses a voice that is not the browser's own.
    const proto = window.SpeechSynthesisUtterance && SpeechSynthesisUtterance.prototype;
    if (proto) { Object.defineProperty(proto, "voice", { value: voice, writable: true, configurable: true }); }
  }
  const media = window.HTMLMediaElement && HTMLMediaElement.prototype;
  if (media) {
    media.play = function () {
      heard.played.push(String(this.currentSrc || this.src || "").slice(0, 300));
      this.dispatchEvent(new Event("play"));
      return Promise.resolve();
    };
  }
  const source = window.AudioBufferSourceNode && AudioBufferSourceNode.prototype;
  if (source) { source.start = function () { heard.played.push("audio buffer"); }; }
})();
