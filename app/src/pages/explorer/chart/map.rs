//! Places of rows on a bare grid of longitude and latitude. There is no map below: the portal fetches
//! none from elsewhere, and draws no borders that nobody has approved.

use leptos::prelude::*;

use super::draw::{Told, path_of};
use super::scale::{Scale, decimals_of};
use crate::ctx::Ctx;

/// What a map covers.
struct Extent {
    longitude: Scale,
    latitude: Scale,
    /// Height for a width of 1, so that a kilometre is as long upwards as across.
    height: f64,
}

impl Extent {
    fn of(dots: &[(f64, f64)]) -> Self {
        let fold = |numbers: &mut dyn Iterator<Item = f64>| {
            numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), number| {
                (least.min(number), greatest.max(number))
            })
        };
        let (west, east) = fold(&mut dots.iter().map(|dot| dot.0));
        let (south, north) = fold(&mut dots.iter().map(|dot| dot.1));
        let longitude = Scale::holding(west, east, 4);
        let latitude = Scale::holding(south, north, 4);
        let shrinks = ((latitude.from + latitude.to) / 2.0).to_radians().cos().max(0.1);
        let height = (latitude.to - latitude.from) / ((longitude.to - longitude.from) * shrinks);
        Self { longitude, latitude, height: height.clamp(0.3, 1.6) }
    }
}

/// Draws places; the degrees of the edges stand beside them as text.
pub(super) fn places(ctx: &Ctx, told: &Told, dots: &[(f64, f64)]) -> AnyView {
    let Extent { longitude, latitude, height } = Extent::of(dots);
    let path = path_of(
        dots.iter().map(|(x, y)| (longitude.place(*x), (1.0 - latitude.place(*y)) * height)),
    );
    let meridians = longitude.marks(ctx.lang).into_iter().map(|(mark, _)| {
        let x = format!("{:.1}", longitude.place(mark) * 1_000.0);
        view! { <line class="grid" x1=x.clone() x2=x y1="0" y2=format!("{:.1}", height * 1_000.0) vector-effect="non-scaling-stroke"></line> }.into_any()
    });
    let parallels = latitude.marks(ctx.lang).into_iter().map(|(mark, _)| {
        let y = format!("{:.1}", (1.0 - latitude.place(mark)) * height * 1_000.0);
        view! { <line class="grid" x1="0" x2="1000" y1=y.clone() y2=y vector-effect="non-scaling-stroke"></line> }.into_any()
    });
    let grid: Vec<_> = meridians.chain(parallels).collect();
    let edge = |scale: Scale, number: f64, positive: &str, negative: &str| {
        let n = decimals_of(scale.to - scale.from).max(decimals_of(scale.from)).min(4);
        let sign = if number < 0.0 { negative } else { positive };
        format!("{sign}{:.n$}°", number.abs())
    };
    let (east, west) = ctx.lang.pick(("东经", "西经"), ("E ", "W "));
    let (north, south) = ctx.lang.pick(("北纬", "南纬"), ("N ", "S "));
    let view_box = format!("0 0 1000 {:.1}", height * 1_000.0);
    view! {
        <div class="ks-map">
            <p class="ks-axis" aria-hidden="true"><span>{edge(latitude, latitude.to, north, south)}</span></p>
            <svg viewBox=view_box role="img" aria-labelledby="chart-title chart-text">
                <title id="chart-title">{told.title.clone()}</title>
                <desc id="chart-text">{told.text.clone()}</desc>
                {grid}
                <path class="dots" d=path vector-effect="non-scaling-stroke"></path>
            </svg>
            <p class="ks-axis" aria-hidden="true"><span>{edge(latitude, latitude.from, north, south)}</span></p>
            <p class="ks-axis" aria-hidden="true">
                <span>{edge(longitude, longitude.from, east, west)}</span>
                <span>{edge(longitude, longitude.to, east, west)}</span>
            </p>
        </div>
    }
    .into_any()
}
