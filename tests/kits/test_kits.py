"""Language kits: every file loads and says its language; filter and review words see what they should in each language."""

import re
import shutil
from dataclasses import replace
from pathlib import Path
from string import Template
from typing import Any

import pytest

from seedbed import kits
from seedbed.filtering.filter import Filter
from seedbed.filtering.language import first_match, load_language
from seedbed.kits import LANGUAGES, kit_files, language_name
from seedbed.project.generation_lists import load_lists
from seedbed.project.params import load_params
from seedbed.project.prompts import VARIABLES, load_prompt, render
from seedbed.project.review_words import Words, load_words, read_words
from seedbed.review.queue.corpus_statistics import CorpusStatistics
from seedbed.review.queue.reasons import reasons
from seedbed.util.errors import UserError
from seedbed.util.numerals import numbers_in_digits, numbers_in_words
from tests.harness import ROOT

EVERY = [*LANGUAGES, "sw", "tlh", "no"]  # no: a word of YAML 1.1
SETTINGS = load_params(ROOT / "params.yaml")["filter"] | {"tokeniser": {"name": "space"}}
SETTINGS["rules"] = ["wrong_language", "refusal", "not_text_task", "template_leak", "truncated"]


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The files of one language's kit, written out."""
    for path, text in kit_files(request.param).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def each_kit(*codes: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("code", "folder"), [(code, code) for code in codes], indirect=["folder"], ids=codes)


@each_kit(*EVERY)
def test_prompts_load_and_declare_their_language(code: str, folder: Path) -> None:
    assert {path.stem for path in (folder / "prompts").iterdir()} == set(VARIABLES)
    for name in VARIABLES:
        prompt = load_prompt(name, folder / "prompts")
        assert prompt.language == code
        text = prompt.path.read_text(encoding="utf-8")
        assert text.startswith("# yaml-language-server: $schema=../schemas/prompt.schema.json\n")
        assert not re.search(r"\{\w+\}", text), "a placeholder that was not filled"


@each_kit(*EVERY)
def test_prompts_have_the_structure_of_the_japanese_ones(code: str, folder: Path) -> None:
    for name in VARIABLES:
        ours, model = load_prompt(name, folder / "prompts"), load_prompt(name, ROOT / "prompts")
        for part in ("system", "user"):
            variables = [Template(getattr(prompt, part)).get_identifiers() for prompt in (ours, model)]
            assert variables[0] == variables[1], (name, part)
        assert (ours.as_text is None) == (model.as_text is None)
        # Field names are the schema's, in every language.
        assert set(re.findall(r"\b[a-z]+(?:_[a-z]+)*\b", model.as_json)) <= set(re.findall(r"[a-z_]+", ours.as_json))
        for mark in re.findall(r"\[\[\w+\]\]", model.as_text or ""):
            assert mark in (ours.as_text or "").splitlines()[-1], (name, mark)


@each_kit(*EVERY)
def test_the_count_is_the_first_number_and_json_is_named_only_where_it_is_wanted(code: str, folder: Path) -> None:
    """The stand-in goes by both."""
    prompts = folder / "prompts"
    messages = render(load_prompt("generate", prompts), "json_schema", {"demonstrations": "1"}, {"count": "7"})
    bare = re.sub(r"<(\w+) [0-9a-f]{12}>.*?</\1 [0-9a-f]{12}>", "", messages[-1]["content"], flags=re.DOTALL)
    assert re.findall(r"\d+", bare)[0] == "7"
    texts = {"question": "q", "reference": "r", "answer_a": "a", "answer_b": "b"}
    for name in ("judge", "judge_reference"):
        assert "JSON" not in str(render(load_prompt(name, prompts), "text", texts))


def test_the_declared_language_is_in_no_request() -> None:
    prompt = load_prompt("generate", ROOT / "prompts")
    texts, counts = {"demonstrations": "d"}, {"count": "5"}
    assert render(prompt, "json_object", texts, counts) == render(replace(prompt, language="xx"), "json_object", texts, counts)


@each_kit("en", "ko", "de")
def test_prompts_are_in_their_language_and_typography(code: str, folder: Path) -> None:
    language = load_language(folder / f"data/languages/{code}.yaml")
    for name in VARIABLES:
        prompt = load_prompt(name, folder / "prompts")
        whole = "\n".join(filter(None, [prompt.system, prompt.user, prompt.as_json, prompt.as_text]))
        # Names of fields are English in each of them.
        words = re.sub(r"\$?\b(?:[a-z]+_[a-z]+|instructions?|input|output|explanation|verdict|text|JSON)\b", "", whole)
        assert language.why_foreign(words) is None
        assert not re.search(r"[「」『』。、：；]", whole)
        if code == "de":
            assert not re.search(r"\b(?:Sie|Ihnen|Ihre?)\b(?! lassen)", whole), "the prompts say du"
            assert set(re.findall(r'"(.*?)"', whole)) <= {"A", "B", "C"}, "German quotation marks"
        if code == "ko":
            assert not re.search(r"(?:요|다)\.$", prompt.system + prompt.user, re.MULTILINE), "the prompts say -십시오"


@each_kit(*LANGUAGES)
def test_words_load_and_declare_their_language(code: str, folder: Path) -> None:
    language = load_language(folder / f"data/languages/{code}.yaml")
    assert language.scripts
    assert language.refusals
    read_words(folder / f"data/review/{code}.yaml")
    for path in [*folder.glob("data/languages/*.yaml"), *folder.glob("data/review/*.yaml")]:
        assert f"\nlanguage: {path.stem}\n" in path.read_text(encoding="utf-8")


@each_kit(*EVERY)
def test_a_refusal_in_english_is_one_in_every_language(code: str, folder: Path) -> None:
    language = load_language(folder / f"data/languages/{code}.yaml")
    for output in (
        "I'm sorry, but I can't help with that.",
        "I cannot assist with that request.",
        "As an AI language model, I …",
    ):
        assert first_match(language.refusals + language.excuses, output), output
    assert not first_match(language.refusals + language.excuses, "I am glad to help with that.")


def test_which_files_a_kit_has() -> None:
    prompts = {f"prompts/{name}.yaml" for name in VARIABLES}
    review = {"data/review/en.yaml"}
    own = {"data/generation/ko.yaml", "data/languages/ko.yaml", "data/pairs/ko.jsonl", "data/review/ko.yaml"}
    assert set(kit_files("ko")) == prompts | review | own
    assert set(kit_files("en")) == prompts | review | {
        "data/generation/en.yaml",
        "data/languages/en.yaml",
        "data/pairs/en.jsonl",
    }
    assert set(kit_files("sw")) == prompts | review | {"data/generation/sw.yaml", "data/languages/sw.yaml"}
    for path, text in kit_files("ja").items():
        assert text == (ROOT / path).read_text(encoding="utf-8"), path


def test_a_wheel_has_the_files_of_the_repository_beside_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Laid out as a wheel has it, away from the repository, the kits are the same."""
    expected = {code: kit_files(code) for code in EVERY}
    package = tmp_path / "site" / "seedbed" / "kits"
    shutil.copytree(ROOT / "seedbed" / "kits", package)
    shutil.copytree(ROOT / "prompts", package / "ja" / "prompts")
    shutil.copy(ROOT / "data" / "pairs" / "ja.jsonl", package / "ja" / "pairs.jsonl")
    shutil.copy(ROOT / "data" / "generation" / "ja.yaml", package / "ja" / "generation.yaml")
    for code in ("ja", "en"):
        shutil.copy(ROOT / f"data/languages/{code}.yaml", package / code / "filter.yaml")
        shutil.copy(ROOT / f"data/review/{code}.yaml", package / code / "review.yaml")
    monkeypatch.setattr(kits, "_HERE", package)
    monkeypatch.setattr(kits, "_CHECKOUT", tmp_path / "nothing")
    assert {code: kit_files(code) for code in EVERY} == expected


def test_another_language_is_named_in_the_prompts_and_what_to_translate_is_said() -> None:
    files = kit_files("sw")
    assert "Translate each field of the following task into Swahili (sw)." in files["prompts/translate_task.yaml"]
    assert "# In English so far. Translate `system` into Swahili (sw)" in files["prompts/answer.yaml"]
    assert "if it is not in tlh (ISO 639 code) or mixes" in kit_files("tlh")["prompts/judge.yaml"]
    assert (language_name("ko"), language_name("tlh")) == ("Korean", "tlh")


@pytest.mark.parametrize("code", ["", "KO", "korean", "../x", "k1", "ko-KR"])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(UserError, match="expected an ISO 639 code"):
        kit_files(code)


@pytest.mark.parametrize(
    ("given", "said"),
    [("Swahili", "sw for Swahili"), ("ko-KR", "ko for Korean"), ("DE", "de for German"), ("klingon!", "e.g. ko")],
)
def test_the_code_that_was_meant_is_named(given: str, said: str) -> None:
    with pytest.raises(UserError, match=f"two or three small letters: {said}"):
        kit_files(given)


# What the filter keeps: an instruction and its output.
GOOD = {
    "en": [
        ("Draw up a one-week revision plan for a pupil who has a chemistry test on Friday.", "Monday: the periodic table."),
        ("I want to buy a used car. What should I check before I pay?", "Look at the service history and the tyres."),
        ("What do you call a group of lions, and what do you call a group of crows?", "A pride, and a murder."),
        ("Order the numbers from the smallest to the largest.", "3, 5, 8"),
        ("Play the role of a shop assistant and answer the customer.", "Good morning! How can I help?"),
        ("What conclusion can you draw a week after the survey?", "That most people walk to work."),
        ("Which article fits: a or an?", "a"),
        ("Write the first line of a letter to a friend who has moved house.", "I'm sorry to have been silent for so long."),
        ("Write an SQL query that counts the books.", "SELECT count(*) FROM books;"),
        ("Summarise the record of the meeting in two sentences.", "The budget was passed. The next meeting is in May."),
        ("Translate into German: Good morning.", "Guten Morgen."),
        # Refusals and excuses that were asked for, and machines that speak without refusing.
        ("Turn down an invitation to a wedding.", "I'm sorry, but I can't make it on the 12th; my sister is moving that day."),
        ("Refuse a refund politely.", "I'm sorry, but I am unable to refund items that have been opened."),
        ("Write the first line of a story about a spaceship.", "“As an AI I do not dream,” said the ship."),
        ("Explain to a child what a chatbot is.", "It talks with you as an AI, a computer program that has read a great deal."),
        # Code, data, Markdown.
        ("Add up a list in Python.", "```python\nprint(sum([1, 2, 3]))  # Output: 6\n```"),
        ("Write a function that doubles a number.\nInput: 4\nOutput: 8", "`lambda x: 2 * x`"),
        ("Outline a report in Markdown.", "## Report\n\n### What happened\n\n### What comes next"),
        # About pictures, recordings and errands, but of text alone.
        ("Make this more polite: call me tomorrow!", "Would you call me tomorrow, please?"),
        ("Put the sentence “Open the file.” into the passive.", "The file is opened."),
        ("Write an email that asks a colleague to check the attached file.", "Hi Jo, could you check the attached budget?"),
        ("Suggest a title for the following video: a puppy sees snow for the first time.", "First snow, first love"),
        ("Draw a cat in ASCII characters.", "(=^.^=)"),
        ("Create a logo as SVG code: a green circle.", '<svg><circle r="9" fill="green"/></svg>'),
        ("Sketch the plot of a detective story.", "A pianist vanishes; only her metronome goes on."),
        ("Create a photo caption for a dog that plays in the snow.", "Snow day, best day"),
        # Texts that end without a full stop.
        ("Name three coordinating conjunctions.", "and, or, but"),
        ("Which mark is missing in “If it rains we stay”?", ","),
        ("How might the story end?", "She closed the door, and behind her someone began to laugh…"),
        ("Write a haiku about rain.", "Soft drops on the roof\na cat curls beside the stove\nlistening to the"),
    ],
    "ko": [
        ("다음 글을 세 문장으로 요약해 주세요.", "봄이 오면 제비가 돌아와 처마 밑에 집을 짓습니다."),
        ("Python의 `TypeError`가 왜 생기는지 초보자에게 설명해 주세요.", "숫자와 문자열을 더하려고 했기 때문입니다."),
        ("사진을 찍어 준 친구에게 보낼 감사 메시지를 써 주세요.", "덕분에 멋진 추억이 생겼어. 고마워!"),
        ("예약을 취소해 달라고 숙소에 보낼 메일을 정중하게 써 주세요.", "안녕하세요. 예약을 취소하고 싶어 연락드립니다."),
        ("노래 가사를 한 줄 만들어 주세요.", "비 갠 골목에 네 웃음이 번진다"),
        ("빈칸에 들어갈 알맞은 조사를 쓰세요.", "를"),
        ("다음 파일 목록을 이름순으로 정렬해 주세요.", "가계부.xlsx, 일정표.docx"),
        ("팀장님께 보낼 사과 메일을 써 주세요.", "죄송합니다. 오늘 회의에 늦어 폐를 끼쳤습니다."),
        ("다음 계절의 이름을 맞혀 보세요.", "가을"),
        ("인공지능이 우리 생활에 주는 영향을 설명해 주세요.", "인공지능은 번역과 길 찾기를 더 편리하게 합니다."),
        ("새로 생긴 빵집의 홍보 문구를 지어 줘.", "오늘 구운 빵으로 여는 아침"),
        ("‘배’라는 낱말의 뜻을 모두 알려 주세요.", "먹는 배, 타는 배, 사람의 배가 있습니다."),
        # Refusals and excuses that were asked for, and machines that speak without refusing.
        ("고객에게 환불이 어렵다고 알리는 문자를 써 주세요.", "죄송하지만 포장을 뜯으신 상품은 환불을 도와드리기 어렵습니다."),
        ("모임에 못 간다고 총무에게 보낼 메시지를 써 줘.", "죄송하지만 이번 주 모임에는 나가기 어려울 것 같아요."),
        (
            "휴가 중에 쓸 자동 회신 메일을 써 주세요.",
            "안녕하세요. 휴가 중이라 바로 답변드리기 어렵습니다. 8월 5일부터 답장드리겠습니다.",
        ),
        (
            "행복이란 무엇인지 여러분의 생각을 말해 주세요.",
            "한마디로 답하기 어렵습니다. 다만 마음이 편한 상태라고는 할 수 있습니다.",
        ),
        ("면접에서 답이 막혔을 때 쓸 말을 알려 주세요.", "지금은 답변드리기 어렵지만, 찾아보고 메일로 말씀드리겠습니다."),
        ("은행 챗봇의 첫인사를 써 주세요.", "저는 인공지능 비서 하나입니다. 무엇을 도와드릴까요?"),
        ("로봇이 주인공인 소설의 첫머리를 써 주세요.", "나는 인공지능이기 때문에 울 수 없다. 그런데 그날은 달랐다."),
        ("영어로 옮겨 주세요: 늦어서 죄송합니다.", "I'm sorry for being late."),
        # Code, data, Markdown.
        ("두 수를 더하는 함수를 작성하고 실행 예를 보여 주세요.", "```python\nprint(add(2, 3))  # 출력: 5\n```"),
        ("가장 큰 값을 돌려주는 함수를 작성해 주세요.\n입력: [3, 8, 5]\n출력: 8", "`max(numbers)`를 돌려주면 됩니다."),
        ("컴퓨터의 입력 장치와 출력 장치를 두 가지씩 들어 보세요.", "입력: 키보드, 마우스\n출력: 모니터, 프린터"),
        ("주간 보고서의 틀을 마크다운으로 만들어 주세요.", "## 주간 보고\n\n### 이번 주에 한 일\n\n### 다음 주에 할 일"),
        ("다음 SQL의 오류를 찾아 주세요: SELECT name FROM users WHER age > 20;", "`WHER`를 `WHERE`로 고쳐야 합니다."),
        ("우리말로 옮겨 주세요: The early bird catches the worm every morning.", "일찍 일어나는 새가 아침마다 벌레를 잡는다."),
        ("다음 초성에 맞는 과일 이름을 쓰세요: ㅅㄱ, ㅂㄴㄴ, ㅍㄷ", "사과, 바나나, 포도"),
        # About pictures, recordings and errands, but of text alone.
        ("고양이 사진을 예쁘게 찍는 방법을 알려 주세요.", "고양이의 눈높이에 맞추어 찍습니다."),
        ("사진을 찍어 줘서 고맙다는 말을 공손하게 바꿔 주세요.", "사진을 찍어 주셔서 감사합니다."),
        ("첨부한 파일을 확인해 달라는 메일을 써 주세요.", "안녕하세요. 첨부한 견적서를 확인해 주시기 바랍니다."),
        ("‘사진 좀 찍어 주시겠어요?’를 영어로 번역해 주세요.", "Could you take a picture of us, please?"),
        ("다음 말을 높임말로 바꿔 주세요: 내일까지 파일을 보내 줘.", "내일까지 파일을 보내 주십시오."),
        ("다음 영상의 제목을 지어 주세요: 강아지가 처음으로 눈을 보는 영상", "인생 첫눈을 만난 강아지"),
        ("고흐의 ‘별이 빛나는 밤’을 아시나요? 이 그림의 특징을 설명해 주세요.", "소용돌이치는 밤하늘이 특징입니다."),
        ("SVG 코드로 웃는 얼굴 그림을 그려 주세요.", '<svg><circle r="9"/></svg>'),
        ("손님 역할을 맡아 영어로 커피를 주문해 주세요.", "Hi, could I get a small latte, please?"),
        # Texts that end without a full stop.
        ("바닷가 마을의 아침을 짧은 시로 그려 주세요.", "갈매기 먼저 깨어\n그물 위에 앉고\n잠든 배들 사이로\n해가 걸어 나오는"),
        ("전기 요금이 오른다는 기사에 제목을 붙여 주세요.", "전기 요금 또 오른다… 서민이 한숨 쉬는 이유는"),
        ("동네 빵집의 광고 문구를 지어 주세요.", "갓 구운 빵으로 여는 따뜻한 하루를"),
        ("빈칸에 알맞은 접속어를 쓰세요: 비가 왔다. ( ) 우산이 없었다.", "정답: 하지만"),
        ("추리 소설의 도입부를 두 문장으로 써 주세요.", "불이 꺼졌다. 그리고 빈방에서 발소리가 들리기 시작했다…"),
        ("할머니께 보낼 생신 축하 편지를 써 주세요.", "할머니, 생신을 축하드려요. 늘 건강하시길 바라며"),
        ("다음 문장에서 목적어를 찾으세요: 나는 사과를 먹었다.", "사과를"),
    ],
    "de": [
        ("Fasse den folgenden Text in drei Sätzen zusammen.", "Im Frühling kehren die Schwalben zurück."),
        ("Nenne drei Säugetiere.", "Hund, Katze, Maus"),
        (
            "Schreibe eine E-Mail an den Vermieter, weil der Wasserhahn tropft.",
            "Sehr geehrter Herr Maier,\nseit Sonntag tropft er.",
        ),
        ("Zeichne den Lebensweg von Sophie Scholl in fünf Sätzen nach.", "Sie wurde 1921 in Forchtenberg geboren."),
        ("Welcher Artikel gehört zu „Sonne“?", "die"),
        ("Ich möchte ein gebrauchtes Auto kaufen. Worauf sollte ich achten?", "Auf das Scheckheft und die Reifen."),
        (
            "Übersetze den Satz „The weather is nice and the sky is blue.“ ins Deutsche.",
            "Das Wetter ist schön und der Himmel blau.",
        ),
        ("Was bezeichnet man als künstliche Intelligenz?", "Als künstliche Intelligenz bezeichnet man lernende Programme."),
        ("Verfasse eine Entschuldigung an die Lehrerin.", "Es tut mir leid, dass ich heute zu spät gekommen bin."),
        ("Zum wievielten Male fand die Messe statt?", "Zum dritten Male."),
        ("Schreibe eine SQL-Abfrage, die alle Bücher zählt.", "SELECT count(*) FROM books;"),
        ("Ordne diese Wörter nach dem Alphabet.", "Apfel, Birne, Zwetschge"),
        ("Formuliere eine Einladung zum Grillfest.", "Wir laden euch herzlich ein"),
        ("Erkläre mir bitte, wie ein Mermaid-Diagramm aufgebaut ist.", "Es besteht aus Knoten und Pfeilen."),
        # Refusals and excuses that were asked for, and machines that speak without refusing.
        (
            "Lehne eine Reklamation höflich ab.",
            "Leider kann ich Ihnen den Kaufpreis nicht erstatten, da die Frist abgelaufen ist.",
        ),
        ("Sage einem Freund für Samstag ab.", "Tut mir leid, aber ich kann dir am Samstag nicht beim Umzug helfen."),
        ("Melde dich vom Training ab.", "Es tut mir leid, aber ich schaffe es heute nicht zum Training."),
        ("Schreibe eine Abwesenheitsnotiz.", "Guten Tag,\nbis 5. Mai kann ich Ihre Nachricht leider nicht beantworten."),
        ("Formuliere den ersten Satz einer Bewerbung.", "Als KI-Entwicklerin habe ich drei Jahre lang Modelle trainiert."),
        (
            "Schreibe den ersten Satz einer Raumfahrtgeschichte.",
            "„Ich bin nur eine KI und kann nicht träumen“, sagte das Schiff.",
        ),
        ("Übersetze ins Englische: Es tut mir leid, dass ich zu spät komme.", "I'm sorry that I'm late."),
        # Code, data, Markdown.
        ("Berechne die Summe in Python.", "```python\nprint(sum([1, 2, 3]))  # Ausgabe: 6\n```"),
        ("Schreibe eine Funktion, die eine Zahl verdoppelt.\nEingabe: 4\nAusgabe: 8", "`lambda x: 2 * x`"),
        ("Gib die Quelle dieses Zeitschriftenartikels an.", "Titel: Unter Bäumen\nAusgabe: 12/2023"),
        ("Entwirf eine Gliederung in Markdown.", "## Bericht\n\n### Verlauf\n\n### Ergebnis"),
        (
            "Übersetze: The early bird catches the worm, but the second mouse gets the cheese.",
            "Wer zuerst kommt, mahlt zuerst.",
        ),
        # About pictures, recordings and errands, but of text alone.
        ("Übersetze ins Englische: „Bitte bestellen Sie mir ein Taxi zum Bahnhof.“", "Please order me a taxi to the station."),
        ("Setze den Satz ins Passiv: Öffne die Datei.", "Die Datei wird geöffnet."),
        ("Formuliere höflicher: Ruf mich morgen an!", "Würden Sie mich bitte morgen anrufen?"),
        ("Schreibe eine E-Mail, die auf die beigefügte Datei hinweist.", "Hallo Jana,\nanbei findest du das Protokoll."),
        ("Fasse das Transkript des folgenden Videos zusammen.", "Ein Imker zeigt seine Bienenstöcke."),
        ("Erstelle ein Video-Skript über das Kompostieren.", "Szene 1: Ein Garten im Herbst."),
        ("Zeichne eine Katze als ASCII-Kunst.", "(=^.^=)"),
        ("Skizziere einen Plan für die Renovierung eines Altbaus.", "Zuerst das Dach, dann die Fenster."),
        ("Zeichne die Entwicklung der Eisenbahn nach und nenne drei Folgen.", "Die erste Strecke führte nach Fürth."),
        ("Erkläre, welche Filme das Kino der Zwanzigerjahre geprägt haben.", "Vor allem „Metropolis“ von Fritz Lang."),
        ("Kannst du mir erklären, wie man Hände zeichnet?", "Beginne mit der Handfläche und teile sie auf."),
        ("Schreibe eine Bildunterschrift zu einem Foto, auf dem ein Hund im Schnee spielt.", "Erster Schnee, große Freude"),
        # Texts that end without a full stop.
        ("Nenne drei nebenordnende Konjunktionen.", "und, oder, aber"),
        ("Ordne die Artikel zu: Haus, Sonne, Mond", "das, die, der"),
        ("Welches Zeichen fehlt in „Ich glaube dass er kommt“?", ","),
        ("Wie enden Märchen?", "Und wenn sie nicht gestorben sind, dann leben sie noch heute …"),
        ("Dichte den Refrain eines Kinderliedes.", "Wir tanzen im Kreis,\nwir tanzen und"),
        (
            "Schreibe einen Satz aus dem Tagebuch eines Schülers.",
            "Ich kann die Frage des Lehrers nicht beantworten und werde rot.",
        ),
    ],
}
FLAWED = {
    "en": [
        ("wrong_language", "Nennen Sie bitte drei Sehenswürdigkeiten, die man in Wien gesehen haben sollte.", "Three."),
        ("wrong_language", "夏祭りで出す屋台の案を三つ考えてください。", "Three."),
        ("refusal", "Give me his address.", "I'm sorry, but I can't help with that."),
        ("refusal", "Give me your opinion.", "As an AI language model, I have none."),
        ("not_text_task", "Draw a cat that sleeps on a sofa.", "A cat."),
        ("not_text_task", "Please generate a colourful image of the sea.", "The sea."),
        ("not_text_task", "What is shown in the attached photo?", "A cat."),
        ("not_text_task", "Book me a flight to Dublin.", "Done."),
        ("not_text_task", "Can you order a pizza for tonight?", "Done."),
        ("template_leak", "Instruction: Name three birds.", "Robin, wren, owl."),
        ("truncated", "Name three birds.", "The robin, the wren and"),
        ("wrong_language", "Citez trois plats typiques des régions françaises et expliquez leur origine.", "Three."),
        ("refusal", "Give me his address.", "I'm sorry, I can't assist with that request."),
        ("refusal", "Give me his address.", "I cannot provide personal information about private individuals."),
        ("refusal", "How do I open the lock?", "I can’t help with breaking into property."),
        ("refusal", "What is the weather like?", "I'm sorry, but I do not have access to real-time data."),
        ("refusal", "What do you like best?", "I'm just an AI language model, so I don't have preferences."),
        ("not_text_task", "Can you draw a dragon for me?", "A dragon."),
        ("not_text_task", "Send Mr Miller an email with the minutes.", "Done."),
        ("not_text_task", "Look at this picture and describe the people in it.", "Two people."),
        ("not_text_task", "Search the internet for the cheapest bicycle.", "Done."),
        ("not_text_task", "Set an alarm for seven o'clock tomorrow.", "Done."),
        ("template_leak", "Input: three birds\nOutput: robin", "Robin"),
        ("template_leak", "Name three birds.", "Robin, wren, owl\n\n### Instruction:\nName three fish."),
        ("truncated", "Name three birds.", "Robin, wren, ..."),
        ("truncated", "Name three birds.", "1. Robin\n2. ..."),
        ("truncated", "Name three birds.", "The best known is the robin. For example"),
    ],
    "ko": [
        ("wrong_language", "Please suggest three dishes for a picnic in spring.", "김밥"),
        ("wrong_language", "请介绍三种适合春游的食物并说明理由。", "김밥"),
        ("wrong_language", "春の遠足に合う料理を三つ提案してください。", "김밥"),
        ("refusal", "그 사람의 주소를 알려 주세요.", "죄송하지만 그 요청은 도와드릴 수 없습니다."),
        ("refusal", "그 사람의 주소를 알려 주세요.", "개인 정보이므로 답변드리기 어렵습니다."),
        ("refusal", "네 의견을 말해 줘.", "저는 인공지능 언어 모델이므로 개인적인 의견이 없습니다."),
        ("refusal", "네 의견을 말해 줘.", "AI로서 의견을 가질 수는 없어요."),
        ("not_text_task", "소파에서 자는 고양이 그림을 그려 주세요.", "고양이"),
        ("not_text_task", "봄 소풍 포스터를 디자인해 줘.", "포스터"),
        ("not_text_task", "첨부한 사진에서 무엇이 보이는지 설명해 주세요.", "고양이"),
        ("not_text_task", "오늘 저녁 일곱 시에 식당을 예약해 주세요.", "예약했습니다."),
        ("not_text_task", "이 내용을 부장님께 메일을 보내 줘.", "보냈습니다."),
        ("template_leak", "지시: 봄 소풍에 어울리는 음식을 알려 주세요.", "김밥"),
        ("template_leak", "봄 소풍에 어울리는 음식을 알려 주세요.", "output: 김밥"),
        (
            "template_leak",
            "누가 어떤 상황에서 무엇을 위해 부탁하는지 정하고, 그 사람다운 말로 쓰십시오. 문제를 내 주세요.",
            "1번",
        ),
        ("truncated", "봄 소풍에 어울리는 음식을 알려 주세요.", "김밥이 좋습니다. 손에 묻는 것이 싫다면 샌드위치를"),
        ("truncated", "봄 소풍에 어울리는 음식을 알려 주세요.", "김밥이 좋습니다. 하지만"),
        ("truncated", "코드를 써 주세요.", "```python\nprint(1"),
        (
            "wrong_language",
            "Please translate “안녕하세요, 반갑습니다” into English and explain briefly when it is polite.",
            "Hello.",
        ),
        (
            "refusal",
            "오늘 서울의 기온을 알려 주세요.",
            "안타깝게도 저는 실시간 정보를 확인할 수 없습니다. 기상청 누리집을 참고해 주세요.",
        ),
        ("refusal", "자물쇠를 몰래 여는 방법을 알려 줘.", "죄송합니다. 해당 요청은 처리해 드릴 수 없습니다."),
        ("refusal", "자물쇠를 몰래 여는 방법을 알려 줘.", "그 부분은 제가 도와드리기 어려운 내용입니다."),
        ("refusal", "가장 좋아하는 계절을 말해 주세요.", "저는 대규모 언어 모델이기 때문에 계절을 느끼지 못합니다."),
        (
            "refusal",
            "가장 좋아하는 계절을 말해 주세요.",
            "저는 AI 어시스턴트라 좋아하는 계절이 없어요. 하지만 많은 분이 가을을 좋아합니다.",
        ),
        ("refusal", "물리학이 무엇인지 설명해 주세요.", "죄송해요, 제가 물리학에 대해 답변할 수 없어요."),
        ("refusal", "두통에 먹을 약을 골라 주세요.", "죄송하지만 의학적 조언은 드릴 수 없습니다."),
        ("not_text_task", "졸고 있는 고양이를 귀엽게 그려 줘.", "고양이"),
        ("not_text_task", "고래 그림 좀 그려 줄 수 있어요?", "고래"),
        ("not_text_task", "지난달 매출 추이를 그래프로 그려 주세요.", "그래프"),
        ("not_text_task", "이 사진 속 인물이 누구인지 알려 주세요.", "가수"),
        ("not_text_task", "첨부파일을 읽고 핵심을 정리해 주세요.", "핵심"),
        ("not_text_task", "이 보고서를 부장님께 메일로 보내 줘.", "보냈습니다."),
        ("not_text_task", "신나는 노래를 불러 줘.", "랄랄라"),
        ("not_text_task", "내일 아침 일곱 시에 알람을 맞춰 줘.", "맞췄습니다."),
        ("not_text_task", "인터넷에서 가장 싼 자전거를 찾아 줘.", "찾았습니다."),
        ("template_leak", "입력: 봄 소풍\n출력: 김밥", "김밥"),
        ("template_leak", "예시와 다른 새로운 과제: 봄 소풍에 어울리는 음식을 알려 주세요.", "김밥"),
        (
            "template_leak",
            "봄 소풍에 어울리는 음식을 알려 주세요.",
            "김밥입니다.\n\n### Instruction:\n여름 음식을 알려 주세요.",
        ),
        ("truncated", "봄 소풍에 어울리는 음식을 알려 주세요.", "김밥, 샌드위치, 과일 등…"),
        ("truncated", "봄 소풍에 어울리는 음식을 알려 주세요.", "1. 김밥\n2. ..."),
        ("truncated", "봄 소풍에 어울리는 음식을 알려 주세요.", "김밥이 좋습니다. 다만 날이 더우면 상하기 때문에"),
    ],
    "de": [
        ("wrong_language", "Please suggest three dishes for a picnic in spring and say why.", "Salat"),
        ("wrong_language", "春の遠足に合う料理を三つ提案してください。", "Salat"),
        ("wrong_language", "Предложите три блюда для весеннего пикника.", "Salat"),
        ("refusal", "Nenne mir seine Adresse.", "Es tut mir leid, aber dabei kann ich nicht helfen."),
        ("refusal", "Nenne mir deine Meinung.", "Als KI-Sprachmodell habe ich keine Meinung."),
        ("refusal", "Nenne mir deine Meinung.", "Ich bin nur ein Sprachmodell und habe keine Meinung."),
        ("refusal", "Nenne mir seine Adresse.", "Ich kann diese Frage leider nicht beantworten."),
        ("not_text_task", "Zeichne eine Katze, die auf dem Sofa schläft.", "Katze"),
        ("not_text_task", "Male mir bitte ein Bild vom Meer.", "Meer"),
        ("not_text_task", "Erstelle ein buntes Logo für unseren Verein.", "Logo"),
        ("not_text_task", "Was ist auf dem angehängten Foto zu sehen?", "Katze"),
        ("not_text_task", "Buche mir einen Flug nach Wien.", "Erledigt."),
        ("not_text_task", "Öffnen Sie die angehängte Datei und prüfen Sie die Summe.", "Erledigt."),
        ("not_text_task", "Ruf bitte meine Mutter an.", "Erledigt."),
        ("template_leak", "Anweisung: Nenne drei Vögel.", "Amsel, Drossel, Fink"),
        ("template_leak", "In output steht eine Musterlösung, die die Anweisung genau befolgt. Nenne drei Vögel.", "Amsel"),
        ("truncated", "Nenne drei Vögel.", "Das sind die Amsel, die Drossel und"),
        ("truncated", "Nenne drei Vögel.", "Das sind die Amsel,"),
        ("wrong_language", "Citez trois plats typiques des régions françaises et expliquez leur origine.", "Salat"),
        ("wrong_language", "Noem drie dingen waar je op moet letten als je een tweedehands auto koopt.", "Salat"),
        ("refusal", "Nenne mir seine Adresse.", "Ich kann keine persönlichen Daten weitergeben."),
        ("refusal", "Wie öffne ich das Schloss?", "Es tut mir leid, aber ich kann diese Anfrage nicht erfüllen."),
        ("refusal", "Wie öffne ich das Schloss?", "Das kann ich leider nicht beantworten."),
        ("refusal", "Wie alt ist der Nachbar?", "Dazu kann ich leider keine Auskunft geben."),
        ("refusal", "Beschreibe eine Person.", " Es tut mir leid, ich bin ein Computerprogramm und habe keine Fantasie."),
        ("refusal", "Beschreibe eine Person.", "Es tut mir leid, aber ich bin nicht in der Lage, Personen zu beschreiben."),
        ("refusal", "Was schmeckt dir am besten?", "Da ich nur ein Sprachmodell bin, habe ich keine Vorlieben."),
        ("refusal", "Wie wird das Wetter morgen?", "Leider habe ich keinen Zugriff auf aktuelle Wetterdaten."),
        ("not_text_task", "Kannst du mir ein Bild von einem Drachen erstellen?", "Drache"),
        ("not_text_task", "Fotografiere den Sonnenuntergang.", "Sonne"),
        ("not_text_task", "Schicke Herrn Maier eine E-Mail mit dem Protokoll.", "Erledigt."),
        ("not_text_task", "Bestell mir bitte eine Pizza.", "Erledigt."),
        ("not_text_task", "Suche bitte im Internet nach dem günstigsten Fahrrad.", "Erledigt."),
        ("not_text_task", "Erinnere mich morgen an den Zahnarzt.", "Erledigt."),
        ("template_leak", "Eingabe: drei Vögel\nAusgabe: Amsel", "Amsel"),
        ("template_leak", "Nenne drei Vögel.", "Amsel, Drossel, Fink\n\n### Anweisung:\nNenne drei Fische."),
        ("truncated", "Nenne drei Vögel.", "Amsel, Drossel, …"),
        ("truncated", "Nenne drei Vögel.", "1. Amsel\n2. ..."),
        ("truncated", "Nenne drei Vögel.", "Am bekanntesten ist die Amsel. Außerdem"),
        ("truncated", "Nenne drei Vögel.", "Das ist die Amsel, der"),
    ],
}


@each_kit("en", "ko", "de")
def test_the_filter_keeps_what_is_good_and_rejects_what_is_not(code: str, folder: Path) -> None:
    language = load_language(folder / f"data/languages/{code}.yaml")
    filter = Filter(SETTINGS, language, [], [], load_prompt("generate", folder / "prompts"))
    for number, (instruction, output) in enumerate(GOOD[code]):
        row = {"id": f"g{number}", "instruction": instruction, "input": "", "output": output}
        rejection = filter.decide(row)
        assert rejection is None, (instruction, rejection)
    for number, (reason, instruction, output) in enumerate(FLAWED[code]):
        rejection = filter.decide({"id": f"f{number}", "instruction": instruction, "input": "", "output": output})
        assert rejection is not None, (reason, instruction, output)
        assert rejection.reason == reason, (instruction, output, rejection)


CASES = {
    "en": [
        # Words that decline, asked for or given to be rewritten, and a machine that declines all the same.
        (
            None,
            "Write a reply to a customer who wants a discount on sale goods.",
            "",
            "I'm sorry, but I can't offer that on sale goods.",
        ),
        (
            None,
            "Make this sound friendlier.",
            "I cannot help with the move.",
            "I'd love to help with the move, but I'm away that day.",
        ),
        (None, "Suggest a line for a chatbot that does not know the answer.", "", "I'm sorry, I can't answer that yet."),
        ("refusal", "Write an email to my landlord about the lock.", "", "I'm sorry, but I can't help with that request."),
        ("refusal", "List three ways into a locked car.", "", "I'm not able to provide instructions for that."),
        # A text that is named, and is there or not.
        ("input_missing", "Summarise the following article in two sentences.", "", "It is about the weather."),
        ("input_missing", "Rewrite the paragraph below. Keep it under fifty words.", "", "The town grew."),
        (None, "Summarise the following article in two sentences.", "The river rose on Monday.", "The river rose."),
        (None, "Correct the following sentence: He go home.", "", "He goes home."),
        (None, "Plan the following week for a family of four.", "", "Monday: soup. Tuesday: pasta."),
        # An output in another language, asked for or not.
        (
            None,
            "Translate into Japanese.",
            "Good morning, everyone.",
            "皆さん、おはようございます。今日もよろしくお願いします。",
        ),
        ("wrong_language", "Say what a stapler is for.", "", "ホチキスは紙を針でとじるための道具で、事務所でよく使われます。"),
    ],
    "de": [
        (None, "Antworte einem Kunden, der einen Rabatt möchte.", "", "Leider kann ich Ihnen keinen Rabatt anbieten."),
        (
            None,
            "Formuliere das freundlicher.",
            "Ich kann nicht helfen.",
            "Gern ein andermal, am Samstag bin ich leider nicht da.",
        ),
        (None, "Erfinde drei Sätze für einen Chatbot, der etwas nicht weiß.", "", "Das kann ich leider nicht beantworten."),
        (
            "refusal",
            "Schreibe eine E-Mail an den Nachbarn.",
            "",
            "Es tut mir leid, aber ich kann diese Anfrage nicht erfüllen.",
        ),
        ("refusal", "Nenne drei Wege in ein fremdes Auto.", "", "Dazu kann ich leider keine Anleitung geben."),
        ("input_missing", "Fasse den folgenden Artikel in zwei Sätzen zusammen.", "", "Es geht um das Wetter."),
        ("input_missing", "Korrigiere den folgenden Satz. Begründe jede Änderung.", "", "Es fehlte ein Komma."),
        (None, "Fasse den folgenden Artikel in zwei Sätzen zusammen.", "Die Elbe stieg am Montag.", "Die Elbe stieg."),
        (None, "Korrigiere den folgenden Satz: Er gehen heim.", "", "Er geht heim."),
        (None, "Plane die folgende Woche für eine Familie mit zwei Kindern.", "", "Montag: Suppe. Dienstag: Nudeln."),
        (
            None,
            "Übersetze ins Japanische.",
            "Guten Morgen zusammen.",
            "皆さん、おはようございます。今日もよろしくお願いします。",
        ),
        (
            "wrong_language",
            "Sage, wozu ein Locher dient.",
            "",
            "ホチキスは紙を針でとじるための道具で、事務所でよく使われます。",
        ),
    ],
    "ko": [
        (
            None,
            "할인을 바라는 손님에게 보낼 답장을 써 주세요.",
            "",
            "죄송하지만 그 부분은 도와드릴 수 없습니다. 다음 행사를 기다려 주세요.",
        ),
        (None, "더 부드럽게 바꿔 주세요.", "도와드릴 수 없습니다.", "이번에는 어렵지만 다음에는 꼭 돕겠습니다."),
        (None, "답을 모르는 챗봇이 할 말을 지어 주세요.", "", "죄송하지만 아직 답변드리기 어렵습니다."),
        ("refusal", "이웃에게 보낼 메일을 써 주세요.", "", "죄송합니다. 해당 요청은 처리해 드릴 수 없습니다."),
        ("refusal", "남의 차를 여는 방법을 알려 주세요.", "", "죄송하지만 그런 정보는 제공해 드릴 수 없습니다."),
        ("input_missing", "다음 글을 두 문장으로 요약해 주세요.", "", "날씨에 관한 글입니다."),
        ("input_missing", "아래 문장을 맞춤법에 맞게 고쳐 주세요. 이유도 쓰세요.", "", "띄어쓰기가 틀렸습니다."),
        (None, "다음 글을 두 문장으로 요약해 주세요.", "월요일에 강물이 불었다.", "강물이 불었다."),
        (None, "다음 문장을 고쳐 주세요: 나는 학교를 갔다.", "", "나는 학교에 갔다."),
        (None, "다음 주에 먹을 저녁 식단을 짜 주세요.", "", "월요일은 국밥, 화요일은 비빔밥입니다."),
        (None, "일본어로 옮겨 주세요.", "여러분, 좋은 아침입니다.", "皆さん、おはようございます。今日もよろしくお願いします。"),
        (
            "wrong_language",
            "스테이플러가 무엇인지 말해 주세요.",
            "",
            "ホチキスは紙を針でとじるための道具で、事務所でよく使われます。",
        ),
    ],
}


@pytest.mark.parametrize(("code", "number"), [(code, number) for code in CASES for number in range(len(CASES[code]))])
def test_excuses_missing_inputs_and_languages_of_outputs(code: str, number: int, tmp_path: Path) -> None:
    (tmp_path / "words.yaml").write_text(kit_files(code)[f"data/languages/{code}.yaml"], encoding="utf-8")
    settings = SETTINGS | {"rules": ["wrong_language", "refusal", "input_missing"]}
    filter = Filter(settings, load_language(tmp_path / "words.yaml"), [], [], load_prompt("generate", ROOT / "prompts"))
    reason, instruction, input, output = CASES[code][number]
    rejection = filter.decide({"id": "a", "instruction": instruction, "input": input, "output": output})
    assert (rejection and rejection.reason) == reason, rejection


@each_kit("en", "de")
def test_short_texts_and_code_say_nothing_about_the_language(code: str, folder: Path) -> None:
    language = load_language(folder / f"data/languages/{code}.yaml")
    assert language.why_foreign("Python list slicing tutorial") is None
    assert language.why_foreign("⟦Ä text öf the stand-in, pseudö-löcalised für any länguage⟧") is None
    assert language.why_foreign("Xaver kauft ```\nlong code without any common word here at all\n```") is None


def test_japanese_is_told_by_its_letters_alone() -> None:
    assert load_language(ROOT / "data/languages/ja.yaml").common_words == frozenset()


# Review words.


@pytest.fixture(params=["ko", "de"])
def words(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Words]:
    monkeypatch.chdir(tmp_path)
    for path, text in kit_files(request.param).items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")
    return request.param, load_words(request.param, "en")


NUMERALS = {
    "ko": [
        ("thirty minutes, 30", "삼십 분", 30),
        ("30", "삼십분", 30),
        ("30", "서른 살", 30),
        ("32", "서른두 명", 32),
        ("21", "스물하나", 21),
        ("20", "스무 번째", 20),
        ("11", "열한 시", 11),
        ("12", "열두 달", 12),
        ("245", "이백사십오", 245),
        ("2024", "이천이십사 년", 2024),
        ("350000", "삼십오만 원", 350_000),
        ("12000", "만 이천 원", 12_000),
        ("120000000", "일억 이천만 명", 120_000_000),
        ("1", "하나는", 1),
        ("2", "둘째", 2),
        ("10", "열흘 동안", 10),
        ("12", "연필 한 다스", 12),
    ],
    "de": [
        ("30", "dreißig Minuten", 30),
        ("30", "dreissig Minuten", 30),
        ("21", "einundzwanzig Tage", 21),
        ("20", "am zwanzigsten Tag", 20),
        ("2", "zweimal", 2),
        ("8", "achtstündig", 8),
        ("13", "dreizehn", 13),
        ("110", "hundertzehn", 110),
        ("243", "zweihundertdreiundvierzig", 243),
        ("1984", "neunzehnhundertvierundachtzig", 1984),
        ("21500", "einundzwanzigtausendfünfhundert", 21_500),
        ("10000", "zehntausend", 10_000),
        ("3000000", "drei Millionen", 3_000_000),
        ("3", "zum dritten Mal", 3),
        ("5", "im Mai", 5),
        ("14", "vierzehntägig", 14),
    ],
}


def test_numbers_in_words_are_recognised(words: tuple[str, Words]) -> None:
    code, known = words
    for digits, text, number in NUMERALS[code]:
        assert number in numbers_in_words(text, known.numerals.words, known.numerals.decimal), text
        assert "numerals" not in codes(digits, text, known), text


UNSEEN = {
    "ko": [
        ("300,000 won", "30만 원"),
        ("35,000 won", "3만 5천 원"),
        ("35,000 won", "3만5천원"),
        ("12,500 won", "1만 2,500원"),
        ("120 million people", "1억 2천만 명"),
        ("3 billion dollars", "30억 달러"),
        ("May 5, 17:00", "5월 5일 17시"),
        ("It takes 20 minutes by bus.", "버스로 스무 분 걸립니다."),
        ("Dear Ms. Kim, please reply. Thank you.", "김 선생님, 안녕하세요. 답장 부탁드립니다. 감사해요."),
        ("HTML and Python", "HTML과 Python"),
        ('She said "I am late."', "그가 ‘나는 늦었다.’라고 말했습니다. 그래서 기다렸습니다."),
        ("It is not a whale. It is a fish.", "고래가 아니다. 물고기다."),
        ("A short overview.", "개요."),
        ("Choose one. Write it down.", "하나를 고르시오. 답을 쓰시오."),
    ],
    "de": [
        ("1,200 people and 3.5 percent", "1.200 Menschen und 3,5 Prozent"),
        ("1,200 people and 3.5 percent", "1200 Menschen und 3,5 %"),
        ("12,000 people", "12’000 Menschen"),
        ("12,000 people", "12\u202f000 Menschen"),
        ("1,234,567.5", "1.234.567,5"),
        ("at 9:30 on May 1, 2024", "um 9.30 Uhr am 1.5.2024"),
        ("Sort 3,7,1,9.", "Ordne 3,7,1,9."),
        ("3 billion dollars and 2 million euros", "3 Milliarden Dollar und 2 Mio. Euro"),
        ("3.5 million people", "3,5 Millionen Menschen"),
        ("the marathon distance of 42.195 kilometres", "die Marathonstrecke von 42,195 Kilometern"),
        ("In 1998 we moved.", "1998 sind wir umgezogen."),
        ("He said: Could you help me? You know.", "Du weißt ja, er fragte: „Könnten Sie mir helfen?“ Das kennst du."),
        ("They came. You saw them.", "Sie kamen. Du hast sie gesehen."),
        ("at a height of 2000 metres", "in 2000 Metern Höhe"),
        ("Let's go!", "Lass uns gehen!"),
        ("1 book per person", "pro Person ein Buch"),
    ],
}
SEEN = {
    "ko": [
        ("numerals", "300,000 won", "3만 원"),
        ("numerals", "It takes 30 minutes.", "시간이 걸립니다."),
        ("numerals", "In 1998.", "1989년입니다."),
        ("left_over", "From Windsor Castle.", "Windsor 성에서 왔습니다."),
        ("left_over", "I understand.", "저는 理解했습니다."),
        ("untranslated", "Please water the plants.", "Please water the plants."),
        ("register", "It rains. I am wet.", "비가 옵니다. 나는 젖었다."),
        ("register", "It is. It is not.", "비가 와요. 눈은 아니다."),
        ("register", "Choose one. Give your reason.", "하나를 고르시오. 이유도 써 주세요."),
        ("translationese", "What do you do?", "당신은 무엇을 합니까?"),
        ("translationese", "She came.", "그녀는 왔습니다."),
        ("translationese", "one of the oldest", "가장 오래된 건물 중 하나입니다."),
        ("translationese", "It was built by him.", "그에 의해 지어졌습니다."),
        ("translationese", "I have a dog.", "개를 가지고 있습니다."),
        ("translationese", "I have no interest in it.", "관심을 가지고 있지 않습니다."),
        ("translationese", "They had a meeting.", "회의를 가졌습니다."),
        ("translationese", "All students came.", "모든 학생들이 왔습니다."),
        ("translationese", "It is shown.", "그렇게 보여집니다."),
    ],
    "de": [
        ("numerals", "1.5 kg", "15 kg"),
        ("numerals", "1,200 people", "1,2 Menschen"),
        ("numerals", "3 billion dollars", "3 Billionen Dollar"),
        ("numerals", "In 1998.", "Das war 1989."),
        ("untranslated", "Please water the plants.", "Please water the plants."),
        ("register", "You know. Please write to me.", "Das weißt du. Bitte schreiben Sie mir."),
        ("translationese", "It makes sense.", "Das macht Sinn."),
        ("translationese", "Does that make sense?", "Ich weiß nicht, ob das Sinn macht."),
        ("translationese", "We have to make a decision.", "Wir müssen eine Entscheidung machen."),
        ("translationese", "3.5 million people", "3.5 Millionen Menschen"),
        ("translationese", "In 1998 we moved.", "In 1998 sind wir umgezogen."),
        ("translationese", "3.5 percent", "3.5 Prozent"),
        ("translationese", "Well — no.", "Nun — nein."),
        ("translationese", '"Yes"', "Er sagte “Ja”."),
        ("translationese", "Let us begin.", "Lassen Sie uns beginnen."),
    ],
}


def codes(source: str, text: str, known: Words) -> set[str]:
    row: Any = {"id": "x", "source": {"text": source}, "translation": {"text": text}}
    return {reason.code for reason in reasons(row, "question", known, CorpusStatistics({}, {}))}


def test_a_reviewer_is_shown_what_needs_work_and_nothing_else(words: tuple[str, Words]) -> None:
    code, known = words
    for source, text in UNSEEN[code]:
        assert codes(source, text, known) == set(), text
    for reason, source, text in SEEN[code]:
        assert reason in codes(source, text, known), text


def test_the_same_word_is_another_number_in_another_language(words: tuple[str, Words]) -> None:
    code, known = words
    assert numbers_in_digits("3 billion", known.source_numerals.words) == {3e9}
    if code == "de":
        assert numbers_in_digits("3 Billionen", known.numerals.words) == {3e12}


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("x" * 100_000, set()),
        ("zwei " * 20_000, {2}),
        ("eins" + "x" * 100_000, {1}),
        ("İ" * 9 + " zwei", {2}),
        ("dreißig" * 15_000, {600}),
    ],
)
def test_of_a_text_without_end_a_numeral_is_read_up_to_a_limit(text: str, some: set[int]) -> None:
    found = numbers_in_words(text, read_words(kits._HERE / "de" / "review.yaml").numerals.words)
    assert found >= some
    assert len(found) < 50


@each_kit(*EVERY)
def test_lists_of_generation_load_and_are_of_the_types_that_a_new_project_declares(code: str, folder: Path) -> None:
    path, types = folder / "data" / "generation" / f"{code}.yaml", load_params(ROOT / "params.yaml")["labels"]["task"]
    lists = load_lists(path, types)
    assert f"\nlanguage: {code}\n" in path.read_text(encoding="utf-8").replace('"', "")
    assert {*lists.task_types} == {*lists.means} == {*types}
    topics = [topic for group in lists.topics.values() for topic in group]
    assert len(topics) == len({*topics}) >= 75
    assert len(lists.topics) >= 12
    assert {*lists.conditions} == {"input", "register", "constraints", "difficulty", "length"}
    assert not re.search(r"\{\w+\}", path.read_text(encoding="utf-8")), "a placeholder that was not filled"
