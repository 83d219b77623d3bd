public import CommandOptions
public import StyleTransfer
internal import QuantVGG

extension ArithmeticVerdict {
  /// `{"pass", "layer", "reason"}`: the last two are null where all is right.
  public var json: JSONObject {
    var object = JSONObject()
    object.add("pass", passes)
    object.add("layer", finding?.layer.description)
    object.add("reason", finding?.reason)
    return object
  }
}

extension ArithmeticCheck {
  /// The verdict's `{"pass", "layer", "reason"}` and `"runs"`, one for each kind of pooling: `{"pool", "weights",
  /// "picture", "noise"}`.
  public var json: JSONObject {
    var object = verdict.json
    object.add(
      "runs",
      runs.map { run in
        var object = JSONObject()
        object.add("pool", run.pooling.rawValue)
        object.add("weights", run.weights.map { $0.json })
        for pass in run.passes { object.add(pass.kind.rawValue, pass.json) }
        return object
      })
    return object
  }
}

extension ArithmeticCheck.Pass {
  fileprivate var json: JSONObject {
    var object = JSONObject()
    object.add("image_gradient", imageGradient.json)
    object.add("layers", layers.map { $0.json })
    return object
  }
}

extension SignalAgreement {
  fileprivate var json: JSONObject {
    var object = JSONObject()
    object.add("sqnr_db", decibels)
    object.add("cosine", cosine)
    return object
  }
}

extension LayerWeights {
  fileprivate var json: JSONObject {
    func value(_ value: ChannelValue) -> JSONObject {
      var object = JSONObject()
      object.add("channel", value.channel)
      object.add("value", value.value)
      return object
    }
    var object = JSONObject()
    object.add("layer", layer.description)
    object.add("sqnr_db", agreement.decibels)
    object.add("cosine", agreement.cosine)
    object.add("slope", value(slope))
    object.add("reach", value(reach))
    object.add("error_steps", value(error))
    object.add("worst_steps", value(worst))
    object.add("bias_steps", value(bias))
    object.add("bias_move_steps", biasMove)
    object.add("bias_fit", biasFit)
    object.add("zero_biases", zeroBiases)
    object.add("weight_scale_min", scales.lowerBound)
    object.add("weight_scale_max", scales.upperBound)
    object.add("channel_scale_min", channelScales.lowerBound)
    object.add("channel_scale_max", channelScales.upperBound)
    object.add("activation_scale", activationScale)
    return object
  }
}

extension LayerArithmetic {
  fileprivate var json: JSONObject {
    var object = JSONObject()
    object.add("layer", layer.description)
    object.add("rounding", rounding.json)
    object.add("alone", alone.json)
    object.add("accumulated", accumulated.json)
    if let gradientAlone { object.add("gradient_alone", gradientAlone.json) }
    if let gradient { object.add("gradient", gradient.json) }
    if let gramError { object.add("gram_error", gramError) }
    object.add("clipped_share", clipped)
    object.add("never_active", neverActive.int8)
    object.add("never_active_float32", neverActive.float32)
    object.add("silenced", silenced)
    object.add("reach", reach)
    if let channelReach { object.add("channel_reach", channelReach) }
    object.add("mean_reach", meanReach)
    var place = JSONObject()
    place.add("channel", worst.channel)
    place.add("row", worst.row)
    place.add("column", worst.column)
    place.add("int8", worst.value)
    place.add("float32", worst.reference)
    object.add("worst", place)
    object.add("count", count)
    return object
  }
}
