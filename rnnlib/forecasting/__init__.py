"""Forecasting: forecasts made and judged fairly.

==============  ==========================================================
forecasters     the baselines, and autoregression as a forecaster
rolling_origin  `backtest`: an origin walks through the series
scores          scores, their intervals, and margins that cover
networks        recurrent networks as forecasters
==============  ==========================================================
"""

from rnnlib.doors import door

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "forecasters": [
            "mean_forecast",
            "naive_forecast",
            "seasonal_naive",
            "ar_forecaster",
            "chosen_ar_forecaster",
            "on_square_roots",
        ],
        "rolling_origin": ["Learner", "Backtest", "backtest"],
        "scores": [
            "r2_out_of_sample",
            "mae",
            "rmse",
            "score_interval",
            "skill_by_horizon",
            "conformal_margin",
        ],
        "networks": ["NetworkForecaster", "network_learner", "random_pieces"],
    },
)
