"""Reads the upper part of a page, to say early whether it can be read and what it may be."""

from pathlib import Path

import numpy as np

from services.upload.client.look import DPI, frame
from services.upload.client.ocr import read_words
from services.upload.client.source import open_page
from services.upload.client.typemodel import type_model
from services.upload.domain.flatten import flatten, sheet, turned
from services.upload.domain.kinds import suggest
from services.upload.domain.light import evenly_lit
from services.upload.domain.pixels import grey
from services.upload.domain.reading import reading_of
from services.upload.schemas import PageReport, Probed

UPPER = 0.4  # of the page: sender, address, subject and the first sentences of a letter


def probe(file: Path, report: PageReport) -> Probed:
    """Return how well the upper part of the page of a report can be read, and what the words there say that it is.

    Raises:
        RefusedFileError: if there is no picture to read.
        LanguageMissingError: if Tesseract has no German.
    """
    source = open_page(file, report.page - 1)
    quad = np.array(report.quad) if report.quad else frame(source)
    page = turned(flatten(source.picture, quad, sheet(quad, report.cut).pixels(DPI)), report.rotate_cw)
    upper = evenly_lit(grey(page)[: max(1, round(UPPER * page.shape[0]))])
    words = read_words(upper, DPI)
    reading = reading_of((word.text, word.confidence) for word in words)
    return Probed(reading=reading, types=suggest(" ".join(word.text for word in words), type_model()))
