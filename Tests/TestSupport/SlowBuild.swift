/// Whether this build is not optimised: long tests are shorter in it or left out, and run whole in release builds.
public let isSlow = {
  #if DEBUG && !OPTIMIZED
    true
  #else
    false
  #endif
}()
