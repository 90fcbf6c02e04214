"""What a camera does to a scene: blur, noise, white balance, contrast, sharpening, JPEG."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from training.generate.texture import Canvas


def shoot(rng: Generator, scene: Canvas) -> NDArray[np.uint8]:
    """Return the picture a phone would store."""
    scene = _blurred(rng, scene * (1 + rng.normal(0, 0.06, 3)).astype(np.float32))
    if rng.random() < 0.7:
        scene = scene + _grain(rng, scene.shape[:2])
    picture = np.clip(scene, 0, 255).astype(np.uint8)
    picture = cv2.LUT(picture, _tone(rng)).astype(np.uint8)
    if rng.random() < 0.06:
        picture[:] = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[..., None]
    return compressed(rng, picture) if rng.random() < 0.4 else picture


def seed_noise(seed: int) -> None:
    """Make the grain of this process repeatable: OpenCV draws it from a generator of its own."""
    cv2.setRNGSeed(seed % (2**31 - 1))


def _grain(rng: Generator, shape: tuple[int, ...]) -> Canvas:
    """Return the noise of a sensor, of single pixels or, as after a phone's denoising, of larger specks."""
    height, width = shape
    coarse = 2 if rng.random() < 0.3 else 1
    noise: Canvas = np.zeros((height // coarse, width // coarse, 3), np.float32)
    cv2.randn(noise, np.zeros(3), np.full(3, rng.exponential(3.5)))
    return cv2.resize(noise, (width, height)) if coarse > 1 else noise


def _blurred(rng: Generator, scene: Canvas) -> Canvas:
    draw = rng.random()
    if draw < 0.3:
        return cv2.GaussianBlur(scene, (0, 0), rng.uniform(0.4, 2.6)).astype(np.float32)
    if draw < 0.42:
        length = int(rng.integers(3, 11))
        kernel = np.zeros((length, length), np.float32)
        cv2.line(kernel, (0, int(rng.integers(length))), (length - 1, int(rng.integers(length))), 1.0)
        kernel = np.rot90(kernel, int(rng.integers(2)))
        return cv2.filter2D(scene, -1, kernel / kernel.sum()).astype(np.float32)
    if draw < 0.6:
        soft = cv2.GaussianBlur(scene, (0, 0), 1.5)
        return (scene + np.float32(rng.uniform(0.2, 1.0)) * (scene - soft)).astype(np.float32)
    return scene


def _tone(rng: Generator) -> NDArray[np.uint8]:
    """Return a camera's curve: gamma and a little S."""
    values = np.linspace(0, 1, 256) ** np.exp(rng.normal(0, 0.2))
    bent = values + rng.uniform(-0.05, 0.12) * np.sin((values - 0.5) * 2 * np.pi) / 2
    return np.clip(bent * 255, 0, 255).astype(np.uint8)


def compressed(rng: Generator, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture after JPEG of quality 25 to 92."""
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 93))])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
