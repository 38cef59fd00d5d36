"""Lines of a training run as one SVG, without any library."""

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#882255", "#555555", "#999933"]
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, LEGEND = 760, 320, 56, 34, 40, 190


def svg(panels):
    """panels: [(title, {name: [(step, value), ...]}, (low, high) or None)], one below the other."""
    total = HEIGHT * len(panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{total}" viewBox="0 0 {WIDTH} {total}" '
        'font-family="sans-serif" font-size="12">',
        f"<title>{'; '.join(title for title, *_ in panels)}</title>",
        f'<rect width="{WIDTH}" height="{total}" fill="white"/>',
    ]
    for k, panel in enumerate(panels):
        parts.append(f'<g transform="translate(0 {k * HEIGHT})">{draw(*panel)}</g>')
    return "\n".join([*parts, "</svg>\n"])


def draw(title, lines, limits):
    points = [point for line in lines.values() for point in line if point[1] == point[1]]
    if not points:
        return f'<text x="{LEFT}" y="20">{title}: nothing yet</text>'
    last = max(step for step, _ in points) or 1
    low, high = limits or (0, max(value for _, value in points) * 1.05 or 1)
    right, bottom = WIDTH - LEGEND, HEIGHT - BOTTOM

    def place(step, value):
        x = LEFT + (right - LEFT) * step / last
        y = bottom - (bottom - TOP) * (min(max(value, low), high) - low) / (high - low)
        return f"{x:.1f},{y:.1f}"

    parts = [f'<text x="{LEFT}" y="20" font-size="14">{title}</text>']
    for k in range(6):
        value = low + (high - low) * k / 5
        y = bottom - (bottom - TOP) * k / 5
        parts.append(f'<path d="M{LEFT} {y:.1f}H{right}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.3g}</text>')
        x = LEFT + (right - LEFT) * k / 5
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{round(last * k / 5)}</text>')
    parts.append(f'<text x="{(LEFT + right) / 2}" y="{bottom + 34}" text-anchor="middle">steps</text>')
    for k, (name, line) in enumerate(lines.items()):
        colour = COLOURS[k % len(COLOURS)]
        path = " ".join(place(*point) for point in line if point[1] == point[1])
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        y = TOP + 8 + 17 * k
        value = f" {line[-1][1]:.3f}" if line else ""
        parts.append(f'<rect x="{right + 12}" y="{y - 8}" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{right + 27}" y="{y + 1}">{name}{value}</text>')
    return "".join(parts)
