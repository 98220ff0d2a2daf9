// The words of the page, in English and Korean, by the browser's language.

const WORDS = {
  en: {
    task: "Task", language: "Language", state: "Show", all: "all", note: "Note",
    accept: "Accept", edit: "Edit", reject: "Reject", flag: "Flag", undecided: "undecided",
    accepted: "accepted", edited: "edited", rejected: "rejected", flagged: "flagged",
    undo: "Undo", previous: "Back", next: "Next", keys: "Keys", close: "Close",
    instruction: "Instruction", input: "Input", output: "Answer", changed: "changed",
    restore: "restore", brokenJson: "changed, and no JSON any more", progress: "Progress",
    document: "Document", example: "Example", verdicts: "Decide", ways: "Go", noDocument: "This example has no document.", take: "Use this",
    left: (n, total) => `${n} of ${total} left`, others: (n) => `${n} by others`,
    done: "Nothing is left to decide here.",
    then: "Other filters above may show more. Close the page and end the command with Ctrl-C; " +
      "`byeori review RUN --export decisions.jsonl` writes the decisions for the recipe.",
    away: "The server does not answer. Start the same `byeori review` command again: " +
      "nothing is lost, and this page goes on by itself.",
    saving: "saving…", saved: "saved", undone: "undone", nothingToUndo: "nothing to undo",
    end: "no more this way", adjudicator: "adjudicates", draft: "not saved yet",
    kappa: (a, b, k, n) => `${a} and ${b}: Cohen's kappa ${k} (examples in common: ${n}).`,
    keyList: [["A", "accept as it stands (with changes: as edited)"], ["E", "edit the answer"],
      ["R", "reject"], ["F", "flag for another look"], ["C", "write a note"], ["U", "undo"],
      ["J  →", "next, without deciding"], ["K  ←", "back"], ["Ctrl + Enter", "while typing: accept"],
      ["Esc", "while typing: leave the text, changes stay"],
      ["1 2 …", "adjudicating: use that reviewer's texts"]],
  },
  ko: {
    task: "과제", language: "언어", state: "보기", all: "전체", note: "메모",
    accept: "승인", edit: "수정", reject: "거부", flag: "보류", undecided: "미결정",
    accepted: "승인", edited: "수정", rejected: "거부", flagged: "보류",
    undo: "되돌리기", previous: "이전", next: "다음", keys: "단축키", close: "닫기",
    instruction: "지시문", input: "입력", output: "답", changed: "고침",
    restore: "원래대로", brokenJson: "고침, JSON이 아니게 됨", progress: "진행",
    document: "문서", example: "예제", verdicts: "결정", ways: "이동", noDocument: "이 예제에는 문서가 없습니다.", take: "이것 쓰기",
    left: (n, total) => `${total}개 중 ${n}개 남음`, others: (n) => `다른 사람이 ${n}개`,
    done: "여기서 결정할 것이 더 없습니다.",
    then: "위의 조건을 바꾸면 더 있을 수 있습니다. 페이지를 닫고 Ctrl-C로 명령을 끝내세요. " +
      "`byeori review RUN --export decisions.jsonl`이 레시피에 쓸 결정을 적어 줍니다.",
    away: "서버가 답하지 않습니다. 같은 `byeori review` 명령을 다시 시작하세요. " +
      "잃은 것은 없으며 이 페이지는 저절로 이어집니다.",
    saving: "저장 중…", saved: "저장됨", undone: "되돌림", nothingToUndo: "되돌릴 것이 없음",
    end: "이쪽으로 더 없음", adjudicator: "조정", draft: "아직 저장 안 됨",
    kappa: (a, b, k, n) => `${a}, ${b}: 코헨 카파 ${k} (함께 본 예제 ${n}개).`,
    keyList: [["A", "그대로 승인 (고쳤으면 수정으로)"], ["E", "답 고치기"], ["R", "거부"],
      ["F", "보류: 다시 볼 것"], ["C", "메모 쓰기"], ["U", "되돌리기"],
      ["J  →", "결정하지 않고 다음"], ["K  ←", "이전"], ["Ctrl + Enter", "입력 중: 승인"],
      ["Esc", "입력 중: 나가기, 고친 것은 남음"], ["1 2 …", "조정: 그 사람의 글 쓰기"]],
  },
};

export const tongue = navigator.language.toLowerCase().startsWith("ko") ? "ko" : "en";
export const words = WORDS[tongue];

/** Put the words into the page. */
export function translate() {
  document.documentElement.lang = tongue;
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = words[element.dataset.word];
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", words[element.dataset.label]);
  }
}
