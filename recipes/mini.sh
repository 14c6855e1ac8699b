#!/bin/sh
# The pack mini from nothing: tuples are rendered, every component is trained on them, and the pack is put together.
#
#     WORK=build sh recipes/mini.sh
#
# Everything goes to $WORK: tuples, runs, the pack `mini` with its lineage, and figures.md with the steps, seeds and
# held-out figures of each run. The same command continues where it was stopped. Variables, with what they are if unset:
#
#     WORK         build                   where everything goes; no spaces in its name
#     PRESET       mini                    smoke: minutes, to see that everything runs
#     ASSETS                               folder of further shoes, clothes and places, as for `shoemodel synth`
#     BACKGROUNDS                          folder of photos without shoes, for region, segmenter and wd
#     ONLY         all                     components to train, by name: "wd segmenter"; the pack takes the others from REST
#     REST                                 pack that fills what no run holds: mini is the shipped one
#     PACKAGE                              yes: make the proxy shoes and people anew too, which are files of the package
#     PROCESSES    1                       of the renderers
#     SHOEMODEL, PYTHON                    the command and the interpreter
#
# Seeds: 72, 74, 9, 71, 73, 91 and 31 of the worlds, 0 of every training. Steps stand beside each component below. Nobody has
# run it to its end yet, so it gives no figures of its own: the shipped pack came about step by step, and its lineage and
# figures are in docs/model_card.md. What a run of this file came to is in its figures.md; components whose pictures are
# only looked at (base, sw) have no figure there, and it says so.
set -eu

WORK=${WORK:-build} PRESET=${PRESET:-mini} PROCESSES=${PROCESSES:-1}
SHOEMODEL=${SHOEMODEL:-shoemodel} PYTHON=${PYTHON:-python}
ONLY=${ONLY:-region judge segmenter wd feet fit legs legs_3d autoencoder clip base sw}
here=$(dirname "$0")/..

# How many tuples, and of which size. Seeds are those of the world: another seed is another world.
if [ "$PRESET" = smoke ]; then
    tuples=6 held=2 large=0 display=4 pairs=4 soles=4 poses=8 side=64 rendered=smoke turned=smoke
    fit_shoes=3 fit_views=4 fit_seed=32
else
    tuples=1350 held=120 large=300 display=3000 pairs=1800 soles=360 poses=8192 side=256 rendered=mini turned=soles
    fit_shoes=253 fit_views=100 fit_seed=31
fi
tuples=${TUPLES:-$tuples} held=${HELD:-$held} large=${LARGE:-$large} display=${DISPLAYS:-$display} pairs=${PAIRS:-$pairs}
soles=${SOLES:-$soles} poses=${POSES:-$poses}

synth() { # folder, number, seed, side, split
    "$SHOEMODEL" synth --num "$2" --seed "$3" --size "$4" --split "$5" --workers "$PROCESSES" \
        ${ASSETS:+--assets "$ASSETS"} --out "$WORK/$1"
}

show() { # folder, number, seed, preset
    "$PYTHON" "$here/benchmarks/display.py" --num "$2" --seed "$3" --preset "$4" --out "$WORK/$1"
}

train() { # component, steps, and whatever else the trainer takes
    component=$1 steps=$2
    shift 2
    case " $ONLY " in *" $component "*) ;; *) return 0 ;; esac
    [ "$PRESET" = smoke ] || set -- "$@" --loop.steps "$steps"
    "$SHOEMODEL" train "$component" "$PRESET" "$@" --out "$WORK/runs/$component"
}

# 1. Data: tuples, some of test shoes to measure on, shoes that nobody wears (alone, in pairs, sole up), poses without
# pictures, silhouettes, cut-outs.
synth tuples "$tuples" 72 "$side" train
synth held "$held" 74 "$side" test
[ "$large" -eq 0 ] || synth large "$large" 9 512 train
show display "$display" 71 "$rendered"
show pairs "$pairs" 73 "$([ "$PRESET" = smoke ] && echo smoke || echo pairs)"
show soles "$soles" 91 "$turned"
"$PYTHON" "$here/recipes/poses.py" --num "$poses" --seed 9 --workers "$PROCESSES" ${ASSETS:+--assets "$ASSETS"} \
    --out "$WORK/poses.safetensors"
if [ ! -e "$WORK/fit_shoes/finished" ]; then # silhouettes of shoes; needs fast-simplification
    "$PYTHON" "$here/recipes/fit_shoes.py" --num "$fit_shoes" --views "$fit_views" --seed "$fit_seed" \
        --out "$WORK/fit_shoes"
    touch "$WORK/fit_shoes/finished"
fi
if [ ! -e "$WORK/cutouts/finished" ]; then
    "$PYTHON" "$here/reproduce/cutouts.py" --data "$WORK/display" "$WORK/tuples" "$WORK/held" --soles "$WORK/soles" \
        --out "$WORK/cutouts"
    touch "$WORK/cutouts/finished"
fi

small="$WORK/tuples $WORK/held" worn="$WORK/tuples $WORK/held"
[ "$large" -eq 0 ] || worn="$worn $WORK/large"
# shellcheck disable=SC2086 # $small and $worn name several folders
{
    # 2. WD: where the shoe is, and what of it stays visible.
    train region 8000 --data $small ${BACKGROUNDS:+--backgrounds "$BACKGROUNDS"}
    train judge 6000 --data $worn
    train segmenter 4000 --data $small --cutouts "$WORK/cutouts" --judge "$WORK/runs/judge" \
        ${BACKGROUNDS:+--backgrounds "$BACKGROUNDS"}
    train wd 6000 --data $worn "$WORK/display" "$WORK/pairs" ${BACKGROUNDS:+--backgrounds "$BACKGROUNDS"}
    train fit 4000 --data "$WORK/fit_shoes"
    # 3. LpS: the feet's points, and poses of the legs.
    train feet 6000 --data $small "$WORK/display" "$WORK/pairs"
    train legs 10000 --data $worn --poses "$WORK/poses.safetensors"
    train legs_3d 2500 --data "$WORK/poses.safetensors"
    # 4. SW: autoencoder, text, base and ShoeControlNet.
    train autoencoder 8000 --data $small
    train clip 2000 --data $small
    under="--autoencoder $WORK/runs/autoencoder --clip $WORK/runs/clip --latents $WORK/latents"
    train base 4000 --data $small $under
    train sw 3500 --data $small $under --base "$WORK/runs/base"
}

if [ -n "${PACKAGE:-}" ]; then
    "$PYTHON" "$here/recipes/bodies.py"
    "$PYTHON" "$here/recipes/proxies.py"
fi

# 5. The pack, with the lineage of every component in its pack.json, and the figures of the runs.
"$PYTHON" "$here/recipes/figures.py" "$WORK"/runs/* --out "$WORK/figures.md"
"$SHOEMODEL" pack "$WORK"/runs/* ${REST:+"$REST"} --out "$WORK/mini"
