#!/usr/bin/env python3
"""Draws the example pictures of the demo's checklists into examples/: simple drawings of our own that say 示例图片.

Small on purpose, since phones keep all of them for a day without a signal.
Needs Pillow 10 or newer and the font Noto Sans CJK (Debian: fonts-noto-cjk).   make_examples.py [OUT_DIR]
"""
import subprocess, sys
from pathlib import Path
from PIL import Image, ImageDraw, ImageFont

OUT = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "examples"
SIZE, SCALE = (480, 320), 2
WALL, FLOOR, INK, RED, GREEN, WOOD, STEEL = "#f3efe6", "#c9c2b4", "#2b2b2b", "#c62828", "#2e7d32", "#b98a4e", "#8a97a3"


def font(points):
    path = subprocess.run(["fc-match", "-f", "%{file}", "Noto Sans CJK SC:bold"], capture_output=True, text=True, check=True).stdout
    return ImageFont.truetype(path, points * SCALE)


class Picture:
    def __init__(self):
        self.image = Image.new("RGB", (SIZE[0] * SCALE, SIZE[1] * SCALE), WALL)
        self.draw = ImageDraw.Draw(self.image)
        self.box(0, 236, 480, 320, FLOOR)

    def box(self, x0, y0, x1, y1, fill, outline=None, width=2, radius=0):
        at = [v * SCALE for v in (x0, y0, x1, y1)]
        self.draw.rounded_rectangle(at, radius * SCALE, fill=fill, outline=outline, width=width * SCALE)

    def line(self, points, fill=INK, width=3):
        self.draw.line([tuple(v * SCALE for v in p) for p in points], fill=fill, width=width * SCALE, joint="curve")

    def round(self, x, y, r, fill, outline=None):
        self.draw.ellipse([v * SCALE for v in (x - r, y - r, x + r, y + r)], fill=fill, outline=outline, width=2 * SCALE)

    def text(self, x, y, words, points, fill=INK, anchor="lm"):
        self.draw.text((x * SCALE, y * SCALE), words, font=font(points), fill=fill, anchor=anchor)

    def save(self, name, good, words):
        mark = GREEN if good else RED
        self.box(0, 0, 480, 40, mark)
        if good:
            self.line([(16, 21), (24, 29), (38, 12)], "white", 5)
        else:
            self.line([(18, 11), (36, 29)], "white", 5)
            self.line([(36, 11), (18, 29)], "white", 5)
        self.text(52, 20, words, 20, "white")
        self.text(470, 306, "示例图片", 15, "#5c574d", "rm")
        small = self.image.resize(SIZE, Image.Resampling.LANCZOS).quantize(48)
        small.save(OUT / f"{name}.png", optimize=True)


def extinguisher(p, x):
    p.box(x - 46, 70, x + 46, 96, RED, radius=4)
    p.text(x, 83, "灭火器", 17, "white", "mm")
    p.box(x - 22, 130, x + 22, 236, RED, INK, radius=12)
    p.box(x - 9, 112, x + 9, 132, INK)
    p.line([(x - 26, 108), (x + 14, 108)], INK, 6)
    p.line([(x + 9, 118), (x + 40, 140), (x + 40, 200)], INK, 5)
    p.box(x - 15, 160, x + 15, 190, "white")
    p.round(x - 14, 122, 7, "#a5d6a7", INK)


def crate(p, x, y, w=84, h=62):
    p.box(x, y, x + w, y + h, WOOD, INK)
    for k in (1, 2):
        p.line([(x, y + h * k / 3), (x + w, y + h * k / 3)], "#7c5a2e", 2)


def door(p, x):
    p.box(x, 84, x + 120, 236, STEEL, INK)
    p.line([(x + 60, 84), (x + 60, 236)])
    p.round(x + 50, 164, 4, INK)
    p.round(x + 70, 164, 4, INK)
    p.box(x + 14, 50, x + 106, 78, GREEN, radius=3)
    p.text(x + 60, 64, "安全出口", 17, "white", "mm")


def sign(p, x, worn):
    p.box(x - 5, 96, x + 5, 262, STEEL, INK)
    p.box(x - 92, 60, x + 92, 176, "#e8e4da" if worn else "#1565c0", INK, radius=4)
    ink = "#c4bfb2" if worn else "white"
    p.text(x, 84, "示例路口" if not worn else "示例　口", 22, ink, "mm")
    p.text(x, 118, "1路  首 6:30  末 19:00" if not worn else "1路  首 　:30", 15, ink, "mm")
    p.text(x, 146, "2路  首 7:00  末 18:30" if not worn else "路     末", 15, ink, "mm")
    if worn:
        p.line([(x - 60, 62), (x - 30, 110), (x - 44, 174)], "#9b9484", 3)
        p.line([(x + 40, 60), (x + 60, 120)], "#9b9484", 3)


def stall(p, covered):
    p.box(80, 196, 400, 276, WOOD, INK)
    for k, dish in enumerate(("#d98c5f", "#a8503a", "#e3b35c")):
        p.box(108 + k * 98, 176, 176 + k * 98, 198, dish, INK, radius=8)
    if covered:
        p.box(92, 100, 388, 198, None, "#5b8fb9", 4, 8)
        p.line([(110, 190), (176, 108)], "#9cc3e0", 3)
        p.line([(250, 190), (316, 108)], "#9cc3e0", 3)
        p.text(240, 86, "有罩", 18, GREEN, "mm")
    else:
        for x, y in ((140, 150), (196, 128), (248, 158), (300, 136), (346, 156)):
            p.round(x, y, 4, INK)
            p.line([(x - 9, y - 6), (x, y), (x + 9, y - 6)], "#6f6f6f", 2)
        p.text(240, 86, "敞着卖", 18, RED, "mm")


def mark():
    """The words alone, light on dark: the program writes them on every drawing that it makes for the demo county."""
    words = Image.new("L", (152, 44), 0)
    ImageDraw.Draw(words).text((76, 21), "示例图片", fill=255, font=font(17), anchor="mm")
    words.quantize(8).convert("L").save(OUT.parent / "example_mark.png", optimize=True)


def main():
    mark()
    OUT.mkdir(parents=True, exist_ok=True)
    p = Picture(); extinguisher(p, 240); p.save("extinguisher_free", True, "灭火器前面空着，伸手能拿到")
    p = Picture(); extinguisher(p, 240); crate(p, 168, 196); crate(p, 236, 196); crate(p, 204, 134)
    p.save("extinguisher_blocked", False, "灭火器被货物挡住")
    p = Picture(); door(p, 180); p.save("exit_clear", True, "安全出口前没有东西")
    p = Picture(); door(p, 180); crate(p, 150, 196); crate(p, 232, 196); crate(p, 190, 134)
    p.save("exit_blocked", False, "安全出口前堆了货物")
    p = Picture(); sign(p, 240, False); p.save("stop_sign_intact", True, "站名、线路、首末班都看得清")
    p = Picture(); sign(p, 240, True); p.save("stop_sign_worn", False, "站牌褪色开裂，字认不出")
    p = Picture(); stall(p, True); p.save("food_covered", True, "熟食有罩")
    p = Picture(); stall(p, False); p.save("food_open", False, "熟食全敞开")


main()
